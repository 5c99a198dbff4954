// Public bundles: every formula against values that were computed by another program (sigstore-verification 11), and
// the verdict on each bundle. The data is not part of the repository; see vectors.h.
#include "sigstore/checkpoint.h"
#include "sigstore/dsse.h"
#include "sigstore/merkle.h"
#include "sigstore/rekor_v1.h"
#include "sigstore/rekor_v2.h"
#include "sigstore/sct.h"
#include "sigstore/statement.h"
#include "sigstore/verifier.h"
#include "test/support/catch.h"
#include "test/unit/sigstore/vectors.h"

using namespace sigstore;

namespace {

constexpr auto kBeacon =
    "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
    "extremely-dangerous-oidc-beacon.yml@refs/heads/main";

struct Golden {
    std::string name;
    std::int64_t index, proof_index, size;
    std::size_t path;
    std::string leaf;
    std::size_t body_size;
    std::string promise;
    std::size_t promise_size;
    std::string checkpoint;
    std::size_t checkpoint_size;
    std::string tbs;
    std::size_t tbs_size;
    std::string signed_data;
    std::size_t signed_data_size;
    std::string issuer_key;
    std::string pae;  // empty: a message signature
    std::size_t pae_size;
};

// First 16 bytes of each SHA-256.
const std::vector<Golden> kGolden{
    {"happy-path-v0.1", 27246492, 23083061, 23083062, 10, "86407f5cc9c6f0d1a84fede6cfe1265f", 4145, "27efbfabc1e0adf55195b8ea71281af6",
     5662, "120b914ae89c69828604435b3a1997ac", 126, "788051b75533e26879bd4066661a0712", 1814, "7146eb2f6f3b0acccfbbb8da4dac6455", 1863,
     "c355ee53d69e68aade04e5c6cc202cfa", "", 0},
    {"happy-path-v0.3", 79571823, 75408392, 75408393, 11, "aee3c920bb1132e929ed20e1c194579a", 4189, "a77a67b05ef48abed4f89d052a01940e",
     5722, "45fa9d5dd1fe30a4b10fab1923629c26", 95, "55ccfea63ac94f7813048190ac6d95dd", 1838, "375a7aa5238c9a9260ae4765240c256f", 1887,
     "c355ee53d69e68aade04e5c6cc202cfa", "", 0},
    {"happy-path-intoto-in-dsse-v3", 155690850, 33786588, 33786589, 11, "875d33538d49eb9bc3224c4868c25d06", 4284,
     "8dd8455ca636b676808bfc1bd29f77da", 5847, "8c59393f0e87202d9639ce2eb540ff72", 95, "6d1b264ee7ed25b4b9b33058ce7a5c64", 1839,
     "e331f20c9360b4acb918ff2109c94582", 1888, "c355ee53d69e68aade04e5c6cc202cfa", "7e43d7270b4d9eee2bcea7d8912b9d2e", 1062},
    {"intoto-with-custom-trust-root", 4288993, 0, 1, 0, "a5ce3689e72e8d531f3ef6b725ca16c9", 4448, "65624dba46fe6d7f2279013b5fe5e2c0", 6065,
     "433108613945224ee4188616cfa3b0d5", 111, "237c7e78b0283b8364fe82dc9b4ac14d", 594, "b3b6b59afc744ae9ecbd088712ebf864", 643,
     "f726caa34117ba916544af3734e920cd", "37fef9d71d1fcc68ce50c8a8fb53ca56", 1388},
    {"bundle-with-sct-with-extensions", 3, 3, 4, 2, "77063a9d60402d55c793267cb26a8b19", 3771, "", 0, "40a9eb6b41d6b1699f7594368015cfa1", 59,
     "84d393ef4c59527d9227b976f6d2087e", 1862, "bc32beacd1bdd3783626246117ebb7f2", 1919, "91c1257a50c1f16a4cfb7118e53eab1f", "", 0},
    {"rekor2-happy-path", 735, 735, 736, 8, "78470eff2921878c2141726b650bf349", 3175, "", 0, "0993b81b9163c77247235d404ba48548", 83,
     "e718b4f0e939b0268bb9bae4f3a9c70a", 1839, "0f9aea349441e9f1666cc73c81a74893", 1888, "639a75005a9df13820ec7e67045fe536", "", 0},
    {"rekor2-dsse-happy-path", 4026478, 4026478, 4026479, 13, "fe40655a0f968947de630c778c0f68bd", 3191, "", 0,
     "7f45e13e6b9548ba70c58e91ea67df35", 87, "393104f38cdd6c61f296c987d16b3667", 1839, "c445e2e7cb770acbea8adfcf037cd096", 1896,
     "639a75005a9df13820ec7e67045fe536", "57f2135c594c7f9360e79a5422c291f8", 475},
};

std::string short_hash(base::BytesView bytes) { return base::hex_encode(base::sha256(bytes)).substr(0, 32); }
std::string short_hash(std::string_view text) { return short_hash(base::as_bytes(text)); }

TrustedRoot root_for(const std::filesystem::path& data, const std::string& name) {
    const auto own = data / "bundles/conformance" / name / "trusted_root.json";
    const auto production = data / "tuf-public-good/targets/trusted_root.json";
    return vectors::root(vectors::read_text(std::filesystem::exists(own) ? own : production));
}

std::string bundle_text(const std::filesystem::path& data, const std::string& name) {
    return vectors::read_text(data / "bundles/conformance" / name / "bundle.sigstore.json");
}

base::Digest artifact_of(const std::filesystem::path& data, const std::string& name) {
    const auto own = data / "bundles/conformance" / name / "artifact";
    const auto common = data / "bundles/conformance/a.txt";
    return base::Digest::sha256_of(base::as_bytes(vectors::read_text(std::filesystem::exists(own) ? own : common)));
}

// The key hash that stands in what the CT log signed: of the CA whose key verifies the SCT.
base::Sha256 issuer_key_hash(const TrustedRoot& root, const Certificate& leaf) {
    for (const auto& authority : root.certificate_authorities()) {
        const auto& issuer = authority.intermediates.empty() ? authority.anchor : authority.intermediates.front();
        if (X509_NAME_cmp(X509_get_issuer_name(leaf.handle()), X509_get_subject_name(issuer.handle())) == 0) {
            return issuer.key().spki_sha256();
        }
    }
    return {};
}

}  // namespace

TEST_CASE("golden vectors: every intermediate value of the public bundles") {
    const auto data = vectors::public_data();
    if (!data) return;
    for (const auto& golden : kGolden) {
        CAPTURE(golden.name);
        const auto bundle = vectors::bundle(bundle_text(*data, golden.name));
        REQUIRE(bundle.log_entries().size() == 1);
        const auto& entry = bundle.log_entries().front();
        CHECK(entry.log_index == golden.index);
        CHECK(entry.proof->log_index.value_or(0) == golden.proof_index);
        CHECK(entry.proof->tree_size == golden.size);
        CHECK(entry.proof->hashes.size() == golden.path);
        CHECK(base::hex_encode(leaf_hash(entry.body)).substr(0, 32) == golden.leaf);
        CHECK(entry.body.size() == golden.body_size);
        if (!golden.promise.empty()) {
            CHECK(short_hash(rekor_v1::promise_payload(entry)) == golden.promise);
            CHECK(rekor_v1::promise_payload(entry).size() == golden.promise_size);
        } else {
            CHECK(rekor_v2::expected_body(entry, bundle, *bundle.certificate()) == std::string(base::as_text(entry.body)));
        }
        const auto checkpoint = Checkpoint::parse(entry.proof->checkpoint, "").value();
        CHECK(short_hash(checkpoint.text()) == golden.checkpoint);
        CHECK(checkpoint.text().size() == golden.checkpoint_size);
        CHECK(root_of_path(leaf_hash(entry.body), golden.proof_index, golden.size, entry.proof->hashes) == checkpoint.root());
        const auto& leaf = *bundle.certificate();
        const auto tbs = precertificate_tbs(leaf).value();
        CHECK(short_hash(tbs) == golden.tbs);
        CHECK(tbs.size() == golden.tbs_size);
        const auto scts = embedded_scts(leaf).value();
        REQUIRE(scts.size() == 1);
        const auto key_hash = issuer_key_hash(root_for(*data, golden.name), leaf);
        CHECK(base::hex_encode(key_hash).substr(0, 32) == golden.issuer_key);
        const auto signed_data = sct_signed_data(scts.front(), key_hash, tbs);
        CHECK(short_hash(signed_data) == golden.signed_data);
        CHECK(signed_data.size() == golden.signed_data_size);
        if (golden.pae.empty()) continue;
        const auto& envelope = std::get<DsseEnvelope>(bundle.content());
        const auto pae = dsse_pae(envelope.payload_type, envelope.payload);
        CHECK(short_hash(pae) == golden.pae);
        CHECK(pae.size() == golden.pae_size);
    }
}

TEST_CASE("the public bundles verify about their artifact and about no other") {
    const auto data = vectors::public_data();
    if (!data) return;
    for (const auto& golden : kGolden) {
        CAPTURE(golden.name);
        const auto root = root_for(*data, golden.name);
        const auto bundle = vectors::bundle(bundle_text(*data, golden.name));
        const auto verified = verify(bundle, root, artifact_of(*data, golden.name));
        if (!verified) FAIL_CHECK(verified.error().text());
        if (verified && !std::filesystem::exists(*data / "bundles/conformance" / golden.name / "artifact") &&
            golden.name != "bundle-with-sct-with-extensions") {
            CHECK(verified->issuer == "https://token.actions.githubusercontent.com");
            CHECK(verified->subject == kBeacon);
        }
        CHECK(verify(bundle, root, base::Digest::sha256_of(base::as_bytes("another"))).error().code == FailureCode::subject);
    }
}

TEST_CASE("bundles of other clients: npm's of version 0.1, user names, two signatures, public keys") {
    const auto data = vectors::public_data();
    if (!data) return;
    const auto folder = *data / "bundles/sigstore-go";
    const auto [file, root_file, expected] = GENERATE(table<std::string, std::string, std::string>({
        {"bundle-provenance.json", "trusted-root-public-good.json", "verified"},
        {"dsse.sigstore.json", "trusted-root-public-good.json", "verified"},
        {"sigstore.js@2.0.0-provenance.sigstore.json", "trusted-root-public-good.json", "verified"},
        {"dsse-2sigs.sigstore.json", "trusted-root-public-good.json", "malformed"},
        {"bundle-publish.json", "trusted-root-public-good.json", "key_policy"},
        {"public-key-validity.sigstore.json", "trusted_root.public-key-validity.json", "key_policy"},
        {"othername.sigstore.json", "trusted_root.scaffolding.json", "verified"},
        {"othername.sigstore.json", "trusted-root-public-good.json", "log_unknown"},
        {"dsse.sigstore.json", "trusted_root.scaffolding.json", "log_unknown"},
    }));
    CAPTURE(file, root_file);
    const auto root = vectors::root(vectors::read_text(folder / root_file));
    const auto bundle = Bundle::parse(base::as_bytes(vectors::read_text(folder / file)));
    if (!bundle) {
        CHECK(to_string(bundle.error().code) == expected);
        return;
    }
    auto artifact = base::Digest::sha256_of({});
    if (const auto* message = std::get_if<MessageSignature>(&bundle->content())) {
        artifact = base::Digest::parse("sha256:" + base::hex_encode(message->digest)).value();
    } else {
        artifact = base::Digest::parse(Statement::parse(std::get<DsseEnvelope>(bundle->content()).payload)->first_subject()).value();
    }
    const auto verified = verify(*bundle, root, artifact);
    if (!verified) UNSCOPED_INFO(verified.error().text());
    CHECK((verified ? "verified" : to_string(verified.error().code)) == expected);
    if (verified && file.starts_with("othername")) CHECK(verified->subject == "foo!oidc.local");
}
