#include "sigstore/sct.h"

#include "sigstore/der.h"
#include "test/support/catch.h"
#include "test/unit/sigstore/makers.h"
#include "test/unit/sigstore/vectors.h"

using namespace sigstore;

namespace {

constexpr std::string_view kSctOid = "1.3.6.1.4.1.11129.2.4.2";

void number(base::Bytes& out, std::uint64_t value, int octets) {
    for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

base::Bytes encoded(const Sct& sct, std::uint8_t version = 0) {
    base::Bytes out{version};
    der::append(out, sct.log_id);
    number(out, sct.timestamp, 8);
    number(out, sct.extensions.size(), 2);
    der::append(out, sct.extensions);
    out.push_back(sct.hash_algorithm);
    out.push_back(sct.signature_algorithm);
    number(out, sct.signature.size(), 2);
    der::append(out, sct.signature);
    return out;
}

base::Bytes list_of(const std::vector<base::Bytes>& scts) {
    base::Bytes list;
    for (const auto& sct : scts) {
        number(list, sct.size(), 2);
        der::append(list, sct);
    }
    base::Bytes out;
    number(out, list.size(), 2);
    der::append(out, list);
    return der::encode(der::kOctetString, out);
}

struct World {
    makers::Ca ca;
    makers::Key leaf_key = makers::key();
    makers::Key log_key = makers::key();
    std::string key_details = "PKIX_ECDSA_P256_SHA_256";
    std::string window = R"({"start":"1970-01-01T00:00:01Z","end":"1970-01-01T00:00:03Z"})";

    [[nodiscard]] Sct sct(std::uint64_t timestamp = 2'000, base::Bytes extensions = {}) const {
        // The log signs the certificate as it would be without the list, so an empty one is put in to be cut out.
        auto spec = ca.leaf_spec;
        spec.extensions.push_back({std::string(kSctOid), false, list_of({})});
        const auto tbs = precertificate_tbs(makers::certificate(spec, leaf_key, ca.issuer_key)).value();
        Sct sct{base::sha256(log_key.spki()), timestamp, std::move(extensions), 4, 3, {}};
        sct.signature = log_key.sign(sct_signed_data(sct, base::sha256(ca.issuer_key.spki()), tbs));
        return sct;
    }
    [[nodiscard]] Certificate leaf(const base::Bytes& list) const {
        auto spec = ca.leaf_spec;
        spec.extensions.push_back({std::string(kSctOid), false, list});
        return makers::certificate(spec, leaf_key, ca.issuer_key);
    }
    [[nodiscard]] Checked<std::vector<const TransparencyLog*>> verify(const Certificate& certificate) const {
        static std::vector<std::unique_ptr<TrustedRoot>> roots;
        const auto log = makers::log_json(log_key.spki(), key_details, base::sha256(log_key.spki()), "https://ct", window);
        roots.push_back(std::make_unique<TrustedRoot>(
            vectors::root(makers::root_json({.logs = {}, .certificate_logs = {log}, .authorities = {}, .timestamp_authorities = {}}))));
        const auto issuer = makers::certificate(ca.issuer_spec, ca.issuer_key, ca.root_key);
        return verify_scts(certificate, issuer, *roots.back());
    }
    [[nodiscard]] std::size_t count(const Sct& made) const { return verify(leaf(list_of({encoded(made)}))).value().size(); }
};

}  // namespace

TEST_CASE("an embedded timestamp of a trusted log counts, with and without extensions") {
    const World world;
    CHECK(world.count(world.sct()) == 1);
    CHECK(world.count(world.sct(2'000, {0, 0, 5, 0, 0, 0, 0, 0x70})) == 1);
}

TEST_CASE("timestamps that do not fit do not count") {
    const World world;
    const auto changed = [&](auto change) {
        auto sct = world.sct(2'000, {0, 0, 5, 0, 0, 0, 0, 0x70});
        change(sct);
        return world.count(sct);
    };
    CHECK(changed([](Sct&) {}) == 1);
    CHECK(changed([](Sct& sct) { sct.extensions.back() ^= 1; }) == 0);  // they are signed
    CHECK(changed([](Sct& sct) { sct.extensions.clear(); }) == 0);
    CHECK(changed([](Sct& sct) { sct.timestamp += 1; }) == 0);
    CHECK(changed([](Sct& sct) { sct.log_id[0] ^= 1; }) == 0);  // an unknown log
    CHECK(changed([](Sct& sct) { sct.signature.back() ^= 1; }) == 0);
    CHECK(changed([](Sct& sct) { sct.hash_algorithm = 2; }) == 0);       // SHA-1
    CHECK(changed([](Sct& sct) { sct.signature_algorithm = 1; }) == 0);  // RSA, but the key is not
}

TEST_CASE("3.7: RSA logs sign with RSA, and say so") {
    World world;
    world.log_key = makers::key("rsa2048");
    world.key_details = "PKIX_RSA_PKCS1V15_2048_SHA256";
    auto sct = world.sct();
    CHECK(world.count(sct) == 0);  // it says ECDSA
    sct.signature_algorithm = 1;
    CHECK(world.count(sct) == 1);
    sct.signature.back() ^= 1;
    CHECK(world.count(sct) == 0);
}

TEST_CASE("3.7: curves beyond P-256 are no keys of CT logs") {
    World world;
    world.log_key = makers::key("P-384");
    world.key_details = "PKIX_ECDSA_P384_SHA_384";
    auto sct = world.sct();
    CHECK(world.count(sct) == 0);
    sct.signature_algorithm = 1;
    CHECK(world.count(sct) == 0);
}

TEST_CASE("the log's window is closed and has milliseconds") {
    const World world;  // 1 000 to 3 000 ms
    CHECK(world.count(world.sct(1'000)) == 1);
    CHECK(world.count(world.sct(3'000)) == 1);
    CHECK(world.count(world.sct(999)) == 0);
    CHECK(world.count(world.sct(3'001)) == 0);
    CHECK(world.count(world.sct(UINT64_MAX)) == 0);
    // In nanoseconds and 64 bits this would be 2 000 ms again.
    CHECK(world.count(world.sct(2'000 + (std::uint64_t{1} << 58))) == 0);
}

TEST_CASE("a timestamp of another certificate does not count") {
    const World world;
    const World other;
    auto sct = other.sct();
    sct.log_id = base::sha256(world.log_key.spki());
    CHECK(world.count(sct) == 0);
    World renamed = world;
    const auto made = world.sct();
    renamed.ca.leaf_spec.extensions[2] = makers::san_email("mallory@example.com");
    CHECK(renamed.count(made) == 0);
}

TEST_CASE("two timestamps of one log are two finds of one log") {
    const World world;
    const auto logs = world.verify(world.leaf(list_of({encoded(world.sct(2'000)), encoded(world.sct(2'001))}))).value();
    REQUIRE(logs.size() == 2);
    CHECK(logs[0] == logs[1]);  // the verifier counts logs, not finds
}

TEST_CASE("lists that are not consumed exactly are refused") {
    const World world;
    const auto sct = encoded(world.sct());
    auto longer = sct;
    longer.push_back(0);
    const base::Bytes two_octets{0, 0};
    auto trailing = list_of({sct});
    trailing.push_back(0);
    const auto [name, list] = GENERATE_COPY(table<std::string, base::Bytes>({
        {"not DER", {0x01}},
        {"wrapped once only", {0x00, 0x00}},
        {"length too long", der::encode(der::kOctetString, base::Bytes{0, 9, 0})},
        {"length too short", der::encode(der::kOctetString, base::Bytes{0, 0, 0})},
        {"empty timestamp", list_of({{}})},
        {"byte behind a timestamp", list_of({longer})},
        {"timestamp cut off", list_of({base::Bytes(sct.begin(), sct.end() - 1)})},
        {"version 2", list_of({encoded(world.sct(), 1)})},
        {"bytes behind the list", trailing},
        {"17 timestamps", list_of(std::vector<base::Bytes>(17, sct))},
    }));
    CAPTURE(name);
    const auto logs = world.verify(world.leaf(list));
    REQUIRE_FALSE(logs);
    CHECK(logs.error().code == FailureCode::sct);
}

TEST_CASE("a timestamp that ends anywhere but at its end is refused") {
    const World world;
    const auto sct = encoded(world.sct(2'000, {0, 0, 5}));
    for (std::size_t size = 0; size < sct.size(); ++size) {
        CAPTURE(size);
        CHECK_FALSE(embedded_scts(world.leaf(list_of({base::Bytes(sct.begin(), sct.begin() + static_cast<std::ptrdiff_t>(size))}))));
    }
    CHECK(embedded_scts(world.leaf(list_of(std::vector<base::Bytes>(16, sct)))).value().size() == 16);
}

TEST_CASE("no list is no timestamp, and has nothing to cut out") {
    const World world;
    const auto leaf = world.ca.leaf(world.leaf_key);
    CHECK(world.verify(leaf).value().empty());
    CHECK_FALSE(precertificate_tbs(leaf));
}

TEST_CASE("an issuer that only signs precertificates is refused") {
    World world;
    world.ca.issuer_spec.extensions.back() = makers::extended_key_usage({"1.3.6.1.4.1.11129.2.4.4"});
    const auto logs = world.verify(world.leaf(list_of({encoded(world.sct())})));
    REQUIRE_FALSE(logs);
    CHECK(logs.error().code == FailureCode::sct);
}

TEST_CASE("cutting out the list shortens every length around it and nothing else") {
    const auto leaf = *vectors::bundle(vectors::image("signed-rekor2-github").bundle).certificate();
    const auto tbs = precertificate_tbs(leaf).value();
    const auto fields = der::only(tbs, der::kSequence);
    REQUIRE(fields);
    CHECK(tbs.size() < leaf.tbs().size());
    CHECK(embedded_scts(leaf).value().size() == 1);
}
