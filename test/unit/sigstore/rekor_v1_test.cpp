#include "sigstore/rekor_v1.h"

#include "test/support/catch.h"
#include "test/unit/sigstore/vectors.h"
#include "test/unit/sigstore/world.h"

using namespace sigstore;
using vectors::edit;
using vectors::replace;

namespace {

std::string code_of(const Checked<void>& checked) {
    if (checked) return "ok";
    UNSCOPED_INFO(checked.error().text());
    return std::string(to_string(checked.error().code));
}

// A bundle whose one entry has this body, unsigned by any log.
std::string body_verdict(const world::World& world, const std::string& body, const std::string& kind = "dsse",
                         const std::string& version = "0.0.1") {
    const auto entry = world.v1_entry({.body = body, .kind = kind, .version = version}, world.v1_key);
    const auto bundle = vectors::bundle(world.bundle({entry}, {}));
    return code_of(rekor_v1::check_body(bundle.log_entries().front(), bundle, *bundle.certificate()));
}

world::World signed_world() {
    world::World world;
    world.sign();
    return world;
}

std::string pem_b64(base::BytesView der, const std::string& label = "CERTIFICATE") {
    const auto pem = "-----BEGIN " + label + "-----\n" + base::base64_encode(der) + "\n-----END " + label + "-----\n";
    return base::base64_encode(base::as_bytes(pem));
}

}  // namespace

TEST_CASE("dsse 0.0.1: payload hash, the one signature and the certificate are those of the bundle") {
    static const auto world = signed_world();  // the rows are made once, and each runs the case again
    static const auto other = signed_world();
    const auto body = world.v1_body();
    auto second_signature = world;
    second_signature.sign();  // another valid signature of the same payload by the same key, another certificate
    const auto [name, text, expected] = GENERATE_COPY(table<std::string, std::string, std::string>({
        {"as it is", body, "ok"},
        {"an entry of another bundle", other.v1_body(), "body_mismatch"},
        {"another valid signature",
         edit(body, "signature", [&](const std::string&) { return base::base64_encode(second_signature.signature); }), "body_mismatch"},
        {"another certificate", edit(body, "verifier", [&](const std::string&) { return pem_b64(other.leaf); }), "body_mismatch"},
        {"a bare key", edit(body, "verifier", [&](const std::string&) { return pem_b64(world.leaf_key.spki(), "PUBLIC KEY"); }),
         "body_mismatch"},
        {"no PEM", edit(body, "verifier", [&](const std::string&) { return base::base64_encode(world.leaf); }), "body_mismatch"},
        {"another payload hash",
         replace(body, R"("payloadHash":{"algorithm":"sha256","value":")", R"("payloadHash":{"algorithm":"sha256","value":"00)"),
         "body_mismatch"},
        {"another hash algorithm", replace(body, R"("payloadHash":{"algorithm":"sha256")", R"("payloadHash":{"algorithm":"sha512")"),
         "body_mismatch"},
        {"two signatures", replace(body, R"("signatures":[)", R"("signatures":[{"signature":"AAAA","verifier":"AAAA"},)"), "body_mismatch"},
        {"no signatures", replace(body, R"("signatures":[{)", R"("signatures":[],"more":[{)"), "malformed"},
        {"unknown member", replace(body, R"("spec":{)", R"("spec":{"more":1,)"), "malformed"},
        {"a member twice", replace(body, R"("kind":"dsse")", R"("kind":"dsse","kind":"dsse")"), "malformed"},
        {"another kind than it says", replace(body, R"("kind":"dsse")", R"("kind":"intoto")"), "malformed"},
        {"another version than it says", replace(body, R"("apiVersion":"0.0.1")", R"("apiVersion":"0.0.2")"), "malformed"},
        {"not JSON", "x", "malformed"},
        {"no spec", R"({"apiVersion":"0.0.1","kind":"dsse"})", "malformed"},
    }));
    CAPTURE(name);
    CHECK(body_verdict(world, text) == expected);
}

TEST_CASE("dsse 0.0.1: an unknown member is refused in every object") {
    const auto world = signed_world();
    const auto changed = vectors::with_unknown_member(world.v1_body());
    CHECK(changed.size() == 5);
    // All but one: the hash of the client's JSON text is nothing that a bundle could be compared with.
    for (const auto& text : changed) {
        CHECK(body_verdict(world, text) == (text.contains(R"("envelopeHash":{"unknown")") ? "ok" : "malformed"));
    }
}

TEST_CASE("of two signatures in a body neither is taken, whichever comes first") {
    const auto world = signed_world();
    const auto body = world.v1_body();
    const auto end = body.rfind("]");
    CHECK(body_verdict(world, body.substr(0, end) + R"(,{"signature":"AAAA","verifier":"AAAA"})" + body.substr(end)) == "body_mismatch");
}

TEST_CASE("bodies about envelopes are not about messages, nor the reverse") {
    world::World message;
    message.message = "a message";
    message.sign();
    auto envelope = message;
    envelope.message.reset();
    const auto dsse = envelope.v1_body();
    CHECK(body_verdict(message, dsse) == "body_mismatch");
    const auto intoto = R"({"apiVersion":"0.0.2","kind":"intoto","spec":{"content":{}}})";
    CHECK(body_verdict(message, intoto, "intoto", "0.0.2") == "body_mismatch");
    CHECK(body_verdict(envelope, message.v1_body(), "hashedrekord") == "body_mismatch");
}

TEST_CASE("hashedrekord 0.0.1 with each hash of the registry") {
    const auto [curve, hash, digest] = GENERATE(table<std::string, std::string, std::string>({
        {"P-256", "SHA256", "SHA2_256"},
        {"P-384", "SHA384", "SHA2_384"},
        {"P-521", "SHA512", "SHA2_512"},
    }));
    world::World world;
    world.leaf_key = makers::key(curve);
    world.hash = hash;
    world.v2_hash = digest;
    world.message = "a message";
    world.sign();
    CHECK(body_verdict(world, world.v1_body(), "hashedrekord") == "ok");
    auto other = world;
    other.hash = hash == "SHA256" ? "SHA512" : "SHA256";
    CHECK(body_verdict(world, other.v1_body(), "hashedrekord") == "body_mismatch");
}

TEST_CASE("intoto 0.0.2: the signature is in base64 twice") {
    const auto world = signed_world();
    const auto hash = base::hex_encode(base::sha256(base::as_bytes(world.payload)));
    const auto once = base::base64_encode(world.signature);
    const auto twice = base::base64_encode(base::as_bytes(once));
    const auto body =
        R"({"apiVersion":"0.0.2","kind":"intoto","spec":{"content":{"envelope":{"payloadType":"application/vnd.in-toto+json",)"
        R"("signatures":[{"publicKey":")" +
        pem_b64(world.leaf) + R"(","sig":")" + twice +
        R"("}]},"hash":{"algorithm":"sha256","value":"00"},"payloadHash":{"algorithm":"sha256","value":")" + hash + R"("}}}})";
    const auto verdict = [&](const std::string& text) { return body_verdict(world, text, "intoto", "0.0.2"); };
    CHECK(verdict(body) == "ok");
    CHECK(verdict(replace(body, twice, once)) == "body_mismatch");  // conformance: intoto-log-entry-mismatch
    CHECK(verdict(replace(body, twice, base::base64_encode(base::as_bytes(base::base64_encode(base::Bytes{1}))))) == "body_mismatch");
    CHECK(verdict(replace(body, hash, std::string(64, '0'))) == "body_mismatch");
    CHECK(verdict(replace(body, "application/vnd.in-toto+json", "text/plain")) == "body_mismatch");
    CHECK(verdict(edit(body, "publicKey", [&](const std::string&) { return pem_b64(signed_world().leaf); })) == "body_mismatch");
    CHECK(verdict(replace(body, R"("signatures":[)", R"("signatures":[{"sig":"AAAA"},)")) == "body_mismatch");
    // The same here.
    for (const auto& text : vectors::with_unknown_member(body)) {
        CHECK(verdict(text) == (text.contains(R"("hash":{"unknown")") ? "ok" : "malformed"));
    }
}

TEST_CASE("hashedrekord 0.0.1: for message signatures only, with digest, signature and certificate of the bundle") {
    const auto world = signed_world();
    const auto digest = base::sha256(base::as_bytes("artifact"));
    const auto signature = base::base64_encode(base::Bytes{1, 2, 3});
    const auto body = R"({"apiVersion":"0.0.1","kind":"hashedrekord","spec":{"data":{"hash":{"algorithm":"sha256","value":")" +
                      base::hex_encode(digest) + R"("}},"signature":{"content":")" + signature + R"(","publicKey":{"content":")" +
                      pem_b64(world.leaf) + R"("}}}})";
    CHECK(body_verdict(world, body, "hashedrekord") == "body_mismatch");  // the bundle has an envelope
    const auto verdict = [&](const std::string& text) {
        const auto entry = world.v1_entry({.body = text, .kind = "hashedrekord"}, world.v1_key);
        const auto json =
            R"({"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"certificate":{"rawBytes":")" +
            base::base64_encode(world.leaf) + R"("},"tlogEntries":[)" + entry +
            R"(]},"messageSignature":{"messageDigest":{"algorithm":"SHA2_256","digest":")" + base::base64_encode(digest) +
            R"("},"signature":")" + signature + R"("}})";
        const auto bundle = vectors::bundle(json);
        return code_of(rekor_v1::check_body(bundle.log_entries().front(), bundle, *bundle.certificate()));
    };
    CHECK(verdict(body) == "ok");
    CHECK(verdict(replace(body, base::hex_encode(digest), std::string(64, '0'))) == "body_mismatch");
    CHECK(verdict(replace(body, R"("algorithm":"sha256")", R"("algorithm":"sha512")")) == "body_mismatch");
    CHECK(verdict(replace(body, signature, "AAAA")) == "body_mismatch");
    CHECK(verdict(replace(body, pem_b64(world.leaf), pem_b64(signed_world().leaf))) == "body_mismatch");
    for (const auto& text : vectors::with_unknown_member(body)) CHECK(verdict(text) == "malformed");
}

TEST_CASE("a managed key stands in each kind of body as PEM, in place of the certificate") {
    world::World world;
    world.by_key = true;
    if (GENERATE(false, true)) world.message = "a message";
    world.sign();
    const auto key = world.leaf_key.public_key();
    const auto kind = world.message ? "hashedrekord" : "dsse";
    const auto check = [&](const std::string& body, const PublicKey& by) {
        const auto bundle = vectors::bundle(world.bundle({world.v1_entry({.body = body, .kind = kind}, world.v1_key)}, {}));
        return code_of(rekor_v1::check_body(bundle.log_entries().front(), bundle, Signer(by)));
    };
    const auto body = world.v1_body();
    CHECK(check(body, key) == "ok");
    CHECK(check(body, makers::key().public_key()) == "body_mismatch");
    const auto in_body = pem_b64(world.leaf_key.spki(), "PUBLIC KEY");
    CHECK(check(replace(body, in_body, pem_b64(world.leaf_key.spki(), "CERTIFICATE")), key) == "body_mismatch");
    CHECK(check(replace(body, in_body, pem_b64(world.leaf)), key) == "body_mismatch");  // of the same key
    CHECK(check(replace(body, in_body, base::base64_encode(world.leaf_key.spki())), key) == "body_mismatch");
}

TEST_CASE("the signed entry timestamp covers body, time, log and global index") {
    const auto world = signed_world();
    const auto root = world.root();
    const auto json = world.bundle({world.v1_entry()}, {});
    const auto& log = root.logs().front();
    const auto verdict = [&](const std::string& text) {
        return code_of(rekor_v1::check_promise(vectors::bundle(text).log_entries().front(), log));
    };
    CHECK(verdict(json) == "ok");
    CHECK(verdict(edit(json, "integratedTime", [](const std::string&) { return "1501"; })) == "set");
    CHECK(verdict(edit(json, "integratedTime", [](const std::string&) { return "0"; })) == "set");
    CHECK(verdict(edit(json, "logIndex", [](const std::string&) { return "6"; })) == "set");
    CHECK(verdict(edit(json, "keyId", vectors::flip_decoded(3))) == "set");
    CHECK(verdict(edit(json, "canonicalizedBody", vectors::flip_decoded(3))) == "set");
    CHECK(verdict(edit(json, "signedEntryTimestamp", vectors::flip_decoded(-1))) == "set");
    CHECK(code_of(rekor_v1::check_promise(vectors::bundle(json).log_entries().front(), root.logs().back())) == "set");  // Ed25519
}

TEST_CASE("a promise has a time, and is by an ECDSA key") {
    auto world = signed_world();
    const auto verdict = [&](std::string_view details) {
        const auto log = makers::log_json(world.v1_key.spki(), details, base::sha256(world.v1_key.spki()));
        const auto root =
            vectors::root(makers::root_json({.logs = {log}, .certificate_logs = {}, .authorities = {}, .timestamp_authorities = {}}));
        return code_of(
            rekor_v1::check_promise(vectors::bundle(world.bundle({world.v1_entry()}, {})).log_entries().front(), root.logs().front()));
    };
    CHECK(verdict("PKIX_ECDSA_P256_SHA_256") == "ok");
    world.integrated_time = 0;
    CHECK(verdict("PKIX_ECDSA_P256_SHA_256") == "set");
    world.integrated_time = 1'500;
    world.v1_key = makers::key("ed25519");
    CHECK(verdict("PKIX_ED25519") == "set");
    world.v1_key = makers::key("rsa2048");
    CHECK(verdict("PKIX_RSA_PKCS1V15_2048_SHA256") == "set");
}

TEST_CASE("the log key's window is closed and holds for the promised time") {
    auto world = signed_world();
    const auto window = R"({"start":"1970-01-01T00:20:00Z","end":"1970-01-01T00:25:00Z"})";  // 1 200 to 1 500
    const auto verdict = [&](std::int64_t time) {
        world.integrated_time = time;
        const auto log = makers::log_json(world.v1_key.spki(), "PKIX_ECDSA_P256_SHA_256", base::sha256(world.v1_key.spki()),
                                          "https://rekor.example", window);
        const auto root =
            vectors::root(makers::root_json({.logs = {log}, .certificate_logs = {}, .authorities = {}, .timestamp_authorities = {}}));
        return code_of(
            rekor_v1::check_promise(vectors::bundle(world.bundle({world.v1_entry()}, {})).log_entries().front(), root.logs().front()));
    };
    CHECK(verdict(1'200) == "ok");
    CHECK(verdict(1'500) == "ok");
    CHECK(verdict(1'199) == "set");
    CHECK(verdict(1'501) == "set");
}

TEST_CASE("the path leads from the body to the root that the checkpoint signs, by the proof's own index") {
    const auto world = signed_world();
    const auto root = world.root();
    const auto json = world.bundle({world.v1_entry()}, {});
    const auto verdict = [&](const std::string& text) {
        return code_of(rekor_v1::check_inclusion(vectors::bundle(text).log_entries().front(), root.logs().front()));
    };
    CHECK(verdict(json) == "ok");
    CHECK(verdict(edit(json, "logIndex", [](const std::string&) { return "99"; })) == "ok");  // global: not the tree's business
    CHECK(verdict(edit(json, "logIndex", [](const std::string&) { return "0"; }, 1)) == "inclusion");
    CHECK(verdict(edit(json, "logIndex", [](const std::string&) { return "2"; }, 1)) == "inclusion");
    CHECK(verdict(edit(json, "treeSize", [](const std::string&) { return "3"; })) == "inclusion");
    CHECK(verdict(edit(json, "treeSize", [](const std::string&) { return "0"; })) == "inclusion");
    CHECK(verdict(replace(json, R"("treeSize":"2",)", "")) == "inclusion");
    CHECK(verdict(edit(json, "rootHash", vectors::flip_decoded(0))) == "inclusion");
    CHECK(verdict(edit(json, "hashes", vectors::flip_decoded(0))) == "inclusion");
    CHECK(verdict(replace(json, R"("hashes":[)", R"("hashes":[")" + base::base64_encode(base::Bytes(32)) + "\",")) == "inclusion");
    CHECK(verdict(edit(json, "canonicalizedBody", vectors::flip_decoded(0))) == "inclusion");
    // A genuine checkpoint of another tree (conformance: checkpoint-wrong-roothash).
    std::string other_note;
    const auto other = world.bundle({world.v1_entry({.body = "another"}, world.v1_key)}, {});
    (void)edit(other, "envelope", [&](const std::string& note) { return other_note = note; });
    CHECK(verdict(edit(json, "envelope", [&](const std::string&) { return other_note; })) == "inclusion");
    CHECK(verdict(edit(json, "envelope", [](const std::string& note) { return replace(note, "- 7", "- 8"); })) == "checkpoint");
}

TEST_CASE("three kinds of entries are supported, in cosign's older formats two more") {
    const auto [kind, version, in_bundles, in_legacy] = GENERATE(table<std::string, std::string, bool, bool>({
        {"hashedrekord", "0.0.1", true, true},
        {"dsse", "0.0.1", true, true},
        {"intoto", "0.0.2", true, true},
        {"intoto", "0.0.1", false, true},
        {"rekord", "0.0.1", false, true},
        {"rekord", "0.0.2", false, false},
        {"intoto", "0.0.3", false, false},
        {"dsse", "0.0.2", false, false},
        {"hashedrekord", "0.0.2", false, false},
        {"cose", "0.0.1", false, false},
    }));
    LogEntry entry;
    entry.kind = kind;
    entry.version = version;
    CHECK(rekor_v1::is_supported(entry, vectors::bundle(vectors::image("signed-rekor1-email").bundle)) == in_bundles);
    const auto legacy = Bundle::of_legacy({PublicKeyHint{}, MessageSignature{}, {}, {}, {}});
    CHECK(rekor_v1::is_supported(entry, legacy) == in_legacy);
}
