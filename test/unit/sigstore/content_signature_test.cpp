#include "sigstore/content_signature.h"

#include "test/support/catch.h"
#include "test/unit/sigstore/vectors.h"
#include "test/unit/sigstore/world.h"

using namespace sigstore;
using base::HashAlgorithm;
using vectors::edit;

namespace {

const std::string kMessage = "what is signed";

template <typename T>
std::string code_of(const Checked<T>& checked) {
    if (checked) return "ok";
    UNSCOPED_INFO(checked.error().text());
    return std::string(to_string(checked.error().code));
}

struct Signed {
    world::World world;
    Bundle bundle;
};

Signed make(const std::string& kind, const std::string& hash, bool by_key, bool is_message, const std::string& digest = "SHA2_256") {
    world::World world;
    world.leaf_key = makers::key(kind);
    world.hash = hash;
    world.v2_hash = digest;
    world.by_key = by_key;
    if (is_message) world.message = kMessage;
    world.sign();
    return {world, vectors::bundle(world.bundle({}, {}))};
}

std::string by_certificate(const Bundle& bundle, const Artifact& artifact) {
    return code_of(check_content_signature(bundle, *bundle.certificate(), artifact));
}

Artifact whole() { return Artifact::of_content(base::as_bytes(kMessage)); }
base::Digest digest(HashAlgorithm algorithm) { return base::Digest::of(algorithm, base::as_bytes(kMessage)); }

}  // namespace

TEST_CASE("7.1: messages are hashed by the key's own hash, and those of certificates also by SHA-256") {
    const auto [kind, hash, certified, managed] = GENERATE(table<std::string, std::string, std::string, std::string>({
        {"P-256", "SHA256", "ok", "ok"},
        {"P-256", "SHA384", "signature", "signature"},
        {"P-384", "SHA384", "ok", "ok"},
        {"P-384", "SHA256", "ok", "signature"},
        {"P-384", "SHA512", "signature", "signature"},
        {"P-521", "SHA512", "ok", "ok"},
        {"P-521", "SHA256", "ok", "signature"},
        {"rsa2048", "SHA256", "ok", "ok"},
        {"rsa2048", "SHA512", "signature", "signature"},
    }));
    const bool is_message = GENERATE(false, true);
    CAPTURE(kind, hash, is_message);
    CHECK(by_certificate(make(kind, hash, false, is_message).bundle, whole()) == certified);
    const auto by_key = make(kind, hash, true, is_message);
    const auto key = by_key.world.leaf_key.public_key();
    CHECK(code_of(check_content_signature(by_key.bundle, Signer(key), whole())) == managed);
    const auto other = makers::key(kind).public_key();
    CHECK(code_of(check_content_signature(by_key.bundle, Signer(other), whole())) == "signature");
}

TEST_CASE("7.2: where only a digest is known it must be by the hash of the key") {
    const auto p384 = make("P-384", "SHA384", true, true);
    const auto key = p384.world.leaf_key.public_key();
    CHECK(code_of(check_content_signature(p384.bundle, Signer(key), digest(HashAlgorithm::sha256))) == "unsupported");
    const auto p521 = make("P-521", "SHA512", true, true);
    const auto other = p521.world.leaf_key.public_key();
    CHECK(code_of(check_content_signature(p521.bundle, Signer(other), digest(HashAlgorithm::sha512))) == "ok");
    // By old clients' certificates SHA-256 is possible for every curve.
    CHECK(by_certificate(make("P-384", "SHA256", false, true).bundle, digest(HashAlgorithm::sha256)) == "ok");
    CHECK(by_certificate(make("P-384", "SHA384", false, true).bundle, digest(HashAlgorithm::sha256)) == "signature");
    CHECK(by_certificate(make("P-256", "SHA256", false, true).bundle, digest(HashAlgorithm::sha512)) == "unsupported");
    CHECK(by_certificate(make("P-384", "SHA384", false, true).bundle, digest(HashAlgorithm::sha512)) == "unsupported");
}

TEST_CASE("7.1: Ed25519 signs messages pre-hashed, envelopes as they are") {
    const auto message = make("ed25519", "SHA512", false, true, "SHA2_512");
    CHECK(by_certificate(message.bundle, whole()) == "ok");
    CHECK(by_certificate(message.bundle, Artifact::of_content(base::as_bytes("x"))) == "signature");
    CHECK(by_certificate(message.bundle, digest(HashAlgorithm::sha512)) == "unsupported");
    CHECK(by_certificate(make("ed25519", "SHA512", false, false).bundle, whole()) == "ok");
    // A managed key may sign the message itself; the holder of a certificate does not.
    const auto& world = message.world;
    const auto pure = base::base64_encode(world.leaf_key.sign(base::as_bytes(kMessage)));
    const auto json = edit(world.bundle({}, {}), "signature", [&](const std::string&) { return pure; });
    const auto key = world.leaf_key.public_key();
    CHECK(by_certificate(vectors::bundle(json), whole()) == "signature");
    CHECK(code_of(check_content_signature(vectors::bundle(json), Signer(key), whole())) == "ok");
    CHECK(code_of(check_content_signature(message.bundle, Signer(key), whole())) == "ok");
    const auto other = makers::key("ed25519").public_key();
    CHECK(code_of(check_content_signature(message.bundle, Signer(other), whole())) == "signature");
    CHECK(code_of(check_content_signature(vectors::bundle(json), Signer(other), whole())) == "signature");
}

TEST_CASE("7.1: RSA of the registry's sizes only, and PSS only for a key that is said to sign so") {
    CHECK(by_certificate(make("rsa2560", "SHA256", false, true).bundle, whole()) == "unsupported");
    CHECK(by_certificate(make("rsa3072", "SHA256", false, true).bundle, whole()) == "ok");
    CHECK(by_certificate(make("rsa4096", "SHA256", false, true).bundle, whole()) == "ok");
    const auto rsa = make("rsa2048", "SHA256", true, true);
    const auto key = rsa.world.leaf_key.public_key();
    const auto pss = base::base64_encode(rsa.world.leaf_key.sign_pss(base::as_bytes(kMessage)));
    const auto by_pss = vectors::bundle(edit(rsa.world.bundle({}, {}), "signature", [&](const std::string&) { return pss; }));
    CHECK(code_of(check_content_signature(by_pss, Signer(key), whole())) == "signature");
    CHECK(code_of(check_content_signature(by_pss, Signer(key, RsaPadding::pss), whole())) == "ok");
    CHECK(code_of(check_content_signature(rsa.bundle, Signer(key, RsaPadding::pss), whole())) == "signature");
}

TEST_CASE("7.2: the message digest is a hint that must agree with the artifact, under its own algorithm's name") {
    const auto signed_message = make("P-256", "SHA256", false, true);
    const auto& json = signed_message.world.bundle({}, {});
    CHECK(code_of(check_subject(signed_message.bundle, whole())) == "ok");
    CHECK(check_subject(signed_message.bundle, whole()).value().empty());
    CHECK(code_of(check_subject(signed_message.bundle, digest(HashAlgorithm::sha256))) == "ok");
    CHECK(code_of(check_subject(signed_message.bundle, digest(HashAlgorithm::sha512))) == "subject");
    const auto other = edit(json, "digest", vectors::flip_decoded(0));
    CHECK(code_of(check_subject(vectors::bundle(other), whole())) == "subject");
    const auto renamed = edit(json, "algorithm", [](const std::string&) { return "SHA2_512"; });
    CHECK(code_of(check_subject(vectors::bundle(renamed), whole())) == "subject");
    CHECK(code_of(check_subject(signed_message.bundle, Artifact::of_content(base::as_bytes("x")))) == "subject");
}

TEST_CASE("7.3: an envelope is about the subjects of its statement, and other payloads about nothing") {
    const auto vector = vectors::image("signed-rekor2-email");
    CHECK(check_subject(vectors::bundle(vector.bundle), vector.artifact).value() == "https://sigstore.dev/cosign/sign/v1");
    CHECK(code_of(check_subject(vectors::bundle(vector.bundle), base::Digest::sha256_of({}))) == "subject");
    const auto text = edit(vector.bundle, "payloadType", [](const std::string&) { return "text/plain"; });
    CHECK(code_of(check_subject(vectors::bundle(text), vector.artifact)) == "unsupported");
}
