#include "sigstore/issuer.h"

#include <functional>

#include "test/support/catch.h"
#include "test/unit/sigstore/makers.h"

using namespace sigstore;

namespace {

Certificate parsed(const base::Bytes& der) { return Certificate::parse(der, "").value(); }

std::vector<Issuer> issuers_of(const std::vector<base::Bytes>& chain) {
    std::vector<Certificate> intermediates;
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) intermediates.push_back(parsed(chain[i]));
    return Issuer::find(intermediates, parsed(chain.back()));
}

// Of how many certificates each issuer's path is.
std::vector<std::size_t> lengths(const std::vector<Issuer>& issuers) {
    std::vector<std::size_t> sizes;
    for (const auto& issuer : issuers) sizes.push_back(issuer.path().size());
    return sizes;
}

makers::Extension ca_with_path_length(std::uint8_t length) {
    return {"2.5.29.19", true, {0x30, 0x06, 0x01, 0x01, 0xFF, 0x02, 0x01, length}};
}

// Permits addresses of the host corp.example only (RFC 5280 4.2.1.10).
const makers::Extension kOnlyCorp{
    "2.5.29.30", true, {0x30, 0x12, 0xA0, 0x10, 0x30, 0x0E, 0x81, 0x0C, 'c', 'o', 'r', 'p', '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e'}};

}  // namespace

TEST_CASE("every CA of an authority may issue, each with its path to the anchor") {
    const makers::Ca ca;
    const auto issuers = issuers_of(ca.chain());
    REQUIRE(lengths(issuers) == std::vector<std::size_t>{2, 1});
    CHECK(issuers[0].path()[0].key().spki() == ca.issuer_key.spki());
    CHECK(issuers[0].path()[1].key().spki() == ca.root_key.spki());
    CHECK(issuers[0].has_issued(ca.leaf(makers::key())));
    CHECK_FALSE(issuers[1].has_issued(ca.leaf(makers::key())));
    CHECK(issuers[1].has_issued(parsed(ca.chain()[0])));
    CHECK_FALSE(issuers[0].has_issued(parsed(ca.chain()[0])));  // not itself
    CHECK_FALSE(issuers[1].has_issued(parsed(ca.chain()[1])));
}

TEST_CASE("only its own key's signatures, in its own name, are an issuer's") {
    const makers::Ca ca;
    const makers::Ca namesake;
    const auto issuers = issuers_of(ca.chain());
    CHECK_FALSE(issuers[0].has_issued(namesake.leaf(makers::key())));
    auto spec = ca.leaf_spec;
    spec.issuer = "another";
    CHECK_FALSE(issuers[0].has_issued(makers::certificate(spec, makers::key(), ca.issuer_key)));
    spec = ca.leaf_spec;
    spec.hash = "SHA1";
    CHECK_FALSE(issuers[0].has_issued(makers::certificate(spec, makers::key(), ca.issuer_key)));
}

TEST_CASE("what has no good path to the anchor issues nothing") {
    struct Case {
        std::string name;
        std::function<void(makers::Ca&)> change;
        std::vector<std::size_t> expected;
    };
    const std::vector<Case> cases{
        {"no CA", [](auto& ca) { ca.issuer_spec.extensions = {makers::key_usage_ca()}; }, {1}},
        {"no right to sign certificates",
         [](auto& ca) { ca.issuer_spec.extensions = {makers::key_usage_signing(), makers::basic_constraints_ca()}; },
         {1}},
        {"signed with SHA-1", [](auto& ca) { ca.issuer_spec.hash = "SHA1"; }, {1}},
        {"of another issuer", [](auto& ca) { ca.issuer_spec.issuer = "another"; }, {1}},
        {"an unknown critical extension", [](auto& ca) { ca.issuer_spec.extensions.push_back({"1.2.3.4", true, {0x05, 0x00}}); }, {1}},
        {"an anchor that is no CA", [](auto& ca) { ca.root_spec.extensions = {makers::key_usage_ca()}; }, {}},
        {"an anchor whose path length is 0",
         [](auto& ca) { ca.root_spec.extensions = {makers::key_usage_ca(), ca_with_path_length(0)}; },
         {1}},
        {"an anchor whose path length is 1",
         [](auto& ca) { ca.root_spec.extensions = {makers::key_usage_ca(), ca_with_path_length(1)}; },
         {2, 1}},
        {"a path length of its own",
         [](auto& ca) { ca.issuer_spec.extensions = {makers::key_usage_ca(), ca_with_path_length(0)}; },
         {2, 1}},
    };
    for (const auto& test : cases) {
        CAPTURE(test.name);
        makers::Ca ca;
        test.change(ca);
        CHECK(lengths(issuers_of(ca.chain())) == test.expected);
    }
    const makers::Ca ca;
    const makers::Ca namesake;
    CHECK(lengths(issuers_of({ca.chain()[0], namesake.chain()[1]})) == std::vector<std::size_t>{1});
}

TEST_CASE("names that any CA of the path permits bind its signers") {
    const bool is_roots = GENERATE(false, true);
    makers::Ca ca;
    auto& extensions = (is_roots ? ca.root_spec : ca.issuer_spec).extensions;
    const bool is_first = GENERATE(false, true);
    extensions.insert(is_first ? extensions.begin() : extensions.end(), kOnlyCorp);
    const auto issuers = issuers_of(ca.chain());
    REQUIRE(lengths(issuers) == std::vector<std::size_t>{2, 1});
    CHECK_FALSE(issuers[0].has_issued(ca.leaf(makers::key())));  // foo@bar.com
    ca.leaf_spec.extensions[2] = makers::san_email("me@corp.example");
    CHECK(issuers[0].has_issued(ca.leaf(makers::key())));
}

TEST_CASE("twins and longer ways up are paths of their own, and their number is bounded") {
    const makers::Ca ca;
    auto twin = ca.issuer_spec;
    twin.not_after = 1'100;
    const auto second = makers::certificate_der(twin, ca.issuer_key, ca.root_key);
    CHECK(lengths(issuers_of({ca.chain()[0], second, ca.chain()[1]})) == std::vector<std::size_t>{2, 2, 1});
    makers::Ca deep;
    const auto middle_key = makers::key();
    makers::Spec middle{"middle", "root", 0, 10'000, {makers::key_usage_ca(), makers::basic_constraints_ca()}};
    deep.issuer_spec.issuer = "middle";
    const auto issuer = makers::certificate_der(deep.issuer_spec, deep.issuer_key, middle_key);
    const auto issuers = issuers_of({issuer, makers::certificate_der(middle, middle_key, deep.root_key), deep.chain()[1]});
    CHECK(lengths(issuers) == std::vector<std::size_t>{3, 2, 1});
    CHECK(issuers[0].has_issued(deep.leaf(makers::key())));
    // CAs of one name and key: each is certified by all others.
    std::vector<base::Bytes> crowd;
    const auto add_to_crowd = [&] {
        const makers::Spec spec{
            "x", "x", static_cast<std::int64_t>(crowd.size()), 10'000, {makers::key_usage_ca(), makers::basic_constraints_ca()}};
        crowd.push_back(makers::certificate_der(spec, middle_key, middle_key));
    };
    for (int i = 0; i < 3; ++i) add_to_crowd();
    CHECK(lengths(issuers_of(crowd)) == std::vector<std::size_t>{1});  // OpenSSL stops at the first that signs itself
    for (int i = 0; i < 8; ++i) add_to_crowd();
    CHECK(issuers_of(crowd).size() <= 32);
    std::vector<base::Bytes> siblings;
    for (int i = 0; i < 32; ++i) siblings.push_back(makers::certificate_der(ca.issuer_spec, makers::key(), ca.root_key));
    siblings.push_back(ca.chain()[1]);
    CHECK(issuers_of(siblings).size() == 32);  // the anchor would be one more
}
