#include "sigstore/legacy_signature.h"

#include <functional>

#include "sigstore/simple_signing.h"
#include "test/support/catch.h"
#include "test/unit/sigstore/vectors.h"
#include "test/unit/sigstore/world.h"

using namespace sigstore;
using vectors::replace;

namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');  // of the manifest, as in the payload of world::World
const auto kManifest = base::Digest::parse(kDigest).value();
const std::string kPayload = R"({"critical":{"identity":{"docker-reference":"r/a"},"image":{"docker-manifest-digest":")" + kDigest +
                             R"("},"type":"cosign container image signature"},"optional":null})";

std::string b64(std::string_view text) { return base::base64_encode(base::as_bytes(text)); }
std::string pem(const std::string& label, base::BytesView der) {
    return "-----BEGIN " + label + "-----\n" + base::base64_encode(der) + "\n-----END " + label + "-----\n";
}

template <typename T>
std::string code_of(const Checked<T>& checked) {
    if (checked) return "verified";
    UNSCOPED_INFO(checked.error().text());
    return std::string(to_string(checked.error().code));
}

// One signature, in parts that a case can change before it becomes a layer.
struct Legacy {
    world::World world;
    bool is_attestation;
    std::string body;

    explicit Legacy(bool attestation, bool by_key = false, const std::string& curve = "P-256") : is_attestation(attestation) {
        world.leaf_key = makers::key(curve);
        world.by_key = by_key;
        if (!attestation) world.message = kPayload;
        world.sign();
        body = world.v1_body();
    }

    [[nodiscard]] std::string envelope() const {
        return R"({"payloadType":"application/vnd.in-toto+json","payload":")" + b64(world.payload) +
               R"(","signatures":[{"keyid":"","sig":")" + base::base64_encode(world.signature) + R"("}]})";
    }
    [[nodiscard]] std::string promise(std::int64_t time = 1'500) const {
        const auto id = base::hex_encode(base::sha256(world.v1_key.spki()));
        const auto payload =
            R"({"body":")" + b64(body) + R"(","integratedTime":)" + std::to_string(time) + R"(,"logID":")" + id + R"(","logIndex":7})";
        return R"({"SignedEntryTimestamp":")" + base::base64_encode(world.v1_key.sign(base::as_bytes(payload))) + R"(","Payload":)" +
               payload + "}";
    }
    [[nodiscard]] LegacyLayer layer() const {
        LegacyLayer layer;
        layer.blob = base::to_bytes(is_attestation ? envelope() : kPayload);
        if (!is_attestation) layer.signature = base::base64_encode(world.signature);
        if (!world.by_key) layer.certificate = pem("CERTIFICATE", world.leaf);
        layer.bundle = promise();
        return layer;
    }
    [[nodiscard]] Checked<LegacySignature> parse(const LegacyLayer& layer) const {
        return is_attestation ? LegacySignature::of_attestation(layer) : LegacySignature::of_image(layer);
    }
    [[nodiscard]] std::string verdict(const LegacyLayer& layer, const base::Digest& manifest = kManifest) const {
        const auto signature = parse(layer);
        if (!signature) return code_of(signature);
        if (!world.by_key) return code_of(signature->verify(world.root(), manifest));
        return code_of(signature->verify_with_key(world.root(), {world.leaf_key.public_key(), RsaPadding::pkcs1, {}}, manifest));
    }
};

std::string stamp(const world::World& world, base::BytesView bytes) {
    return R"({"SignedRFC3161Timestamp":")" + base::base64_encode(world.tsa.stamp(bytes)) + "\"}";
}

}  // namespace

TEST_CASE("A1: image signatures and attestations verify, by certificate and by key") {
    const bool is_attestation = GENERATE(false, true);
    const bool by_key = GENERATE(false, true);
    CAPTURE(is_attestation, by_key);
    const Legacy legacy(is_attestation, by_key);
    CHECK(legacy.verdict(legacy.layer()) == "verified");
    CHECK(legacy.verdict(legacy.layer(), base::Digest::sha256_of({})) == "subject");
    if (by_key) return;
    const auto verified = legacy.parse(legacy.layer())->verify(legacy.world.root(), kManifest).value();
    CHECK(verified.subject == "foo@bar.com");
    CHECK(verified.predicate_type == (is_attestation ? "https://sigstore.dev/cosign/sign/v1" : ""));
    CHECK(verified.times.size() == 1);
    CHECK(verified.logs == std::vector<std::string>{"https://rekor.example"});
    const auto unwanted = legacy.parse(legacy.layer())->verify(legacy.world.root(), kManifest, {}, [](const auto&) { return false; });
    CHECK(code_of(unwanted) == "identity");
}

TEST_CASE("a signature by another key, over another payload or of another certificate is refused") {
    const Legacy legacy(false);
    const Legacy other(false);
    auto layer = legacy.layer();
    layer.signature = other.layer().signature;
    CHECK(legacy.verdict(layer) == "signature");
    layer = legacy.layer();
    layer.blob = base::to_bytes(replace(kPayload, "r/a", "r/b"));
    CHECK(legacy.verdict(layer) == "signature");
    layer = legacy.layer();
    layer.certificate = other.layer().certificate;
    CHECK(legacy.verdict(layer) == "signature");
    layer = legacy.layer();
    layer.certificate.clear();  // said to be signed with a key
    CHECK(legacy.verdict(layer) == "key_policy");
    const Legacy keyed(false, true);
    layer = keyed.layer();
    layer.certificate = legacy.layer().certificate;
    CHECK(keyed.verdict(layer) == "key_policy");
}

TEST_CASE("CVE-2026-22703: the log's entry must be about this signature") {
    const bool is_attestation = GENERATE(false, true);
    const Legacy legacy(is_attestation);
    Legacy foreign(is_attestation);  // another signer's entry in the same log
    foreign.world.v1_key = legacy.world.v1_key;
    auto layer = legacy.layer();
    layer.bundle = foreign.promise();
    CHECK(legacy.verdict(layer) == "body_mismatch");
    layer.bundle.clear();
    CHECK(legacy.verdict(layer) == "log_unknown");
    layer.bundle = legacy.promise(2'001);  // after the certificate's end
    CHECK(legacy.verdict(layer) == "time_outside_cert");
    layer.bundle = replace(legacy.promise(), R"("integratedTime":1500)", R"("integratedTime":1501)");
    CHECK(legacy.verdict(layer) == "set");
    layer.bundle = replace(legacy.promise(), R"("logIndex":7)", R"("logIndex":8)");
    CHECK(legacy.verdict(layer) == "set");
}

TEST_CASE("A1.4: rekord 0.0.1 for image signatures, intoto 0.0.1 and 0.0.2 for attestations") {
    Legacy image(false);
    const auto data = R"({"hash":{"algorithm":"sha256","value":")" + base::hex_encode(base::sha256(base::as_bytes(kPayload))) + R"("}})";
    const auto rekord = R"({"apiVersion":"0.0.1","kind":"rekord","spec":{"data":)" + data + R"(,"signature":{"content":")" +
                        base::base64_encode(image.world.signature) + R"(","format":"x509","publicKey":{"content":")" +
                        b64(pem("CERTIFICATE", image.world.leaf)) + R"("}}}})";
    const auto judged = [](Legacy& legacy, const std::string& body) {
        legacy.body = body;
        return legacy.verdict(legacy.layer());
    };
    CHECK(judged(image, rekord) == "verified");
    CHECK(judged(image, replace(rekord, "x509", "pgp")) == "body_mismatch");
    CHECK(judged(image, replace(rekord, R"("value":")", R"("value":"00)")) == "body_mismatch");
    CHECK(judged(image, replace(rekord, base::base64_encode(image.world.signature), "AAAA")) == "body_mismatch");
    for (const auto& changed : vectors::with_unknown_member(rekord)) CHECK(judged(image, changed) == "malformed");

    Legacy attestation(true);
    const auto hash = base::hex_encode(base::sha256(base::as_bytes(attestation.envelope())));
    const auto first = R"({"apiVersion":"0.0.1","kind":"intoto","spec":{"content":{"hash":{"algorithm":"sha256","value":")" + hash +
                       R"("},"payloadHash":{"algorithm":"sha256","value":")" +
                       base::hex_encode(base::sha256(base::as_bytes(attestation.world.payload))) + R"("}},"publicKey":")" +
                       b64(pem("CERTIFICATE", attestation.world.leaf)) + R"("}})";
    CHECK(judged(attestation, first) == "verified");
    CHECK(judged(attestation, replace(first, hash, std::string(64, '0'))) == "body_mismatch");
    CHECK(judged(attestation, replace(first, R"("payloadHash":{"algorithm":"sha256","value":")",
                                      R"("payloadHash":{"algorithm":"sha256","value":"0)")) == "body_mismatch");
    CHECK(judged(attestation, replace(first, b64(pem("CERTIFICATE", attestation.world.leaf)), b64(pem("CERTIFICATE", image.world.leaf)))) ==
          "body_mismatch");
    for (const auto& changed : vectors::with_unknown_member(first)) CHECK(judged(attestation, changed) == "malformed");
    CHECK(judged(attestation, rekord) == "body_mismatch");
    CHECK(judged(image, first) == "body_mismatch");
    const auto of_nothing = base::hex_encode(base::sha256(base::BytesView()));  // as long as the envelope that an image does not have
    CHECK(judged(image, replace(first, hash, of_nothing)) == "body_mismatch");
    CHECK(judged(image, R"({"apiVersion":"0.0.1","kind":"cose","spec":{}})") == "unsupported");
}

TEST_CASE("A1.5: the signature is stamped, or of attestations the envelope") {
    const bool is_attestation = GENERATE(false, true);
    CAPTURE(is_attestation);
    const Legacy legacy(is_attestation);
    auto layer = legacy.layer();
    layer.timestamp = stamp(legacy.world, legacy.world.signature);
    CHECK(legacy.verdict(layer) == "verified");
    CHECK(legacy.parse(layer)->verify(legacy.world.root(), kManifest, {.times = 2}).has_value());
    layer.timestamp = stamp(legacy.world, layer.blob);
    CHECK(legacy.verdict(layer) == (is_attestation ? "verified" : "timestamp"));
    layer.timestamp = stamp(legacy.world, base::as_bytes("x"));
    CHECK(legacy.verdict(layer) == "timestamp");
}

TEST_CASE("A1.3: older signatures are over SHA-256 whatever the curve, and by Ed25519 pure") {
    const bool by_key = GENERATE(false, true);
    const Legacy p384(false, by_key, "P-384");
    CHECK(p384.verdict(p384.layer()) == "verified");
    Legacy ed25519(false, by_key, "ed25519");
    ed25519.world.signature = ed25519.world.leaf_key.sign(base::as_bytes(kPayload));
    ed25519.body = ed25519.world.v1_body();
    CHECK(ed25519.verdict(ed25519.layer()) == "verified");
}

TEST_CASE("layers that are not what cosign writes are refused") {
    const Legacy image(false);
    const auto promise = image.promise();
    struct Case {
        std::string name;
        std::function<void(LegacyLayer&)> change;
        std::string expected;
    };
    const std::vector<Case> cases{
        {"no signature", [](auto& layer) { layer.signature.clear(); }, "malformed"},
        {"a signature that is not base64", [](auto& layer) { layer.signature = "*"; }, "malformed"},
        {"a certificate that is not PEM", [](auto& layer) { layer.certificate = "x"; }, "malformed"},
        {"a certificate under another label", [&](auto& layer) { layer.certificate = pem("TRUSTED CERTIFICATE", image.world.leaf); },
         "malformed"},
        {"a key for a certificate", [&](auto& layer) { layer.certificate = pem("PUBLIC KEY", image.world.leaf_key.spki()); }, "malformed"},
        {"PEM of something else", [](auto& layer) { layer.certificate = pem("CERTIFICATE", base::Bytes{1}); }, "malformed"},
        {"two certificates", [](auto& layer) { layer.certificate += layer.certificate; }, "malformed"},
        {"a bundle that is not JSON", [](auto& layer) { layer.bundle = "x"; }, "malformed"},
        {"a bundle without promise",
         [&](auto& layer) { layer.bundle = replace(promise, R"("SignedEntryTimestamp":")", R"("SignedEntryTimestamp":null,"x":")"); },
         "malformed"},
        {"a bundle with a negative index", [&](auto& layer) { layer.bundle = replace(promise, R"("logIndex":7)", R"("logIndex":-7)"); },
         "malformed"},
        {"a bundle with a time as text",
         [&](auto& layer) { layer.bundle = replace(promise, R"("integratedTime":1500)", R"("integratedTime":"1500")"); }, "malformed"},
        {"a log id that is too short", [&](auto& layer) { layer.bundle = replace(promise, R"("logID":")", R"("logID":"","x":")"); },
         "malformed"},
        {"a log id that is not hexadecimal",
         [&](auto& layer) { layer.bundle = vectors::edit(promise, "logID", [](const std::string&) { return std::string(64, 'x'); }); },
         "malformed"},
        {"a log id of 31 bytes",
         [&](auto& layer) { layer.bundle = vectors::edit(promise, "logID", [](const std::string& id) { return id.substr(2); }); },
         "malformed"},
        {"another log",
         [&](auto& layer) { layer.bundle = vectors::edit(promise, "logID", [](const std::string&) { return std::string(64, 'a'); }); },
         "log_unknown"},
        {"a body that is not JSON",
         [&](auto& layer) { layer.bundle = vectors::edit(promise, "body", [](const std::string&) { return b64("x"); }); }, "malformed"},
        {"a timestamp that is not JSON", [](auto& layer) { layer.timestamp = "x"; }, "malformed"},
        {"a timestamp with another member", [](auto& layer) { layer.timestamp = R"({"SignedRFC3161Timestamp":"AAAA","x":1})"; },
         "malformed"},
        {"an empty timestamp", [](auto& layer) { layer.timestamp = R"({"SignedRFC3161Timestamp":""})"; }, "malformed"},
        {"a timestamp that is too large",
         [](auto& layer) {
             layer.timestamp = R"({"SignedRFC3161Timestamp":")" + base::base64_encode(base::Bytes(kMaxTimestampSize + 1)) + "\"}";
         },
         "limits"},
        {"a payload that is too large", [](auto& layer) { layer.blob.resize(64 * 1024 + 1); }, "limits"},
        {"an annotation that is too large", [](auto& layer) { layer.bundle = std::string(kMaxBundleSize + 1, ' '); }, "limits"},
        {"a payload of another kind", [](auto& layer) { layer.blob = base::to_bytes("{}"); }, "malformed"},
    };
    for (const auto& test : cases) {
        CAPTURE(test.name);
        auto layer = image.layer();
        test.change(layer);
        CHECK(image.verdict(layer) == test.expected);
    }
    for (const auto& changed : vectors::with_unknown_member(promise)) {
        auto layer = image.layer();
        layer.bundle = changed;
        CHECK(image.verdict(layer) == "malformed");
    }
}

TEST_CASE("limits of layers are the largest sizes that are allowed") {
    const Legacy image(false);
    auto layer = image.layer();
    const auto parsed = [&](const LegacyLayer& one) { return code_of(image.parse(one)); };
    layer.blob.resize(kMaxSimpleSigning);
    CHECK(parsed(layer) == "verified");
    layer.blob.resize(kMaxSimpleSigning + 1);
    CHECK(parsed(layer) == "limits");
    layer = image.layer();
    layer.bundle += std::string(kMaxBundleSize - layer.bundle.size(), ' ');
    CHECK(parsed(layer) == "verified");
    layer.bundle += ' ';
    CHECK(parsed(layer) == "limits");
    layer = image.layer();
    layer.timestamp = R"({"SignedRFC3161Timestamp":")" + base::base64_encode(base::Bytes(kMaxTimestampSize)) + "\"}";
    CHECK(parsed(layer) == "verified");
}

TEST_CASE("attestations: one envelope, one signature, and no annotation beside it") {
    const Legacy attestation(true);
    auto layer = attestation.layer();
    layer.signature = "AAAA";
    CHECK(attestation.verdict(layer) == "malformed");
    layer = attestation.layer();
    layer.blob = base::to_bytes(replace(attestation.envelope(), R"("signatures":[)", R"("signatures":[{"sig":"AAAA"},)"));
    CHECK(attestation.verdict(layer) == "malformed");
    layer.blob = base::to_bytes("x");
    CHECK(attestation.verdict(layer) == "malformed");
    layer.blob.resize(kMaxEnvelope + 1);
    CHECK(attestation.verdict(layer) == "limits");
    layer = attestation.layer();
    layer.blob.resize(kMaxEnvelope, ' ');
    CHECK(attestation.verdict(layer) == "verified");
    Legacy large(true);
    large.world.payload =
        replace(large.world.payload, R"("predicate":{})", R"("predicate":{"much":")" + std::string(11'000'000, 'x') + "\"}");
    large.world.sign();
    large.body = large.world.v1_body();
    CHECK(large.verdict(large.layer()) == "verified");
    layer = attestation.layer();
    layer.blob = base::to_bytes(replace(attestation.envelope(), "vnd.in-toto+json", "vnd.other+json"));
    CHECK(attestation.verdict(layer) == "unsupported");
}
