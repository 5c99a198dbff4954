#include "sigstore/rekor_v2.h"

#include "test/support/catch.h"
#include "test/unit/sigstore/vectors.h"
#include "test/unit/sigstore/world.h"

using namespace sigstore;
using vectors::edit;
using vectors::replace;

namespace {

std::string verdict(const world::World& world, const std::string& json) {
    const auto root = world.root();
    const auto bundle = vectors::bundle(json);
    const auto checked = rekor_v2::check_entry(bundle.log_entries().front(), root.logs().back(), bundle, *bundle.certificate());
    if (checked) return "ok";
    UNSCOPED_INFO(checked.error().text());
    return std::string(to_string(checked.error().code));
}

world::World signed_world() {
    world::World world;
    world.sign();
    return world;
}

}  // namespace

TEST_CASE("the leaf is the one that the bundle gives, for each key that the log takes") {
    const auto [kind, details, hash, hash_name] = GENERATE(table<std::string, std::string, std::string, std::string>({
        {"P-256", "PKIX_ECDSA_P256_SHA_256", "SHA2_256", "SHA256"},
        {"P-384", "PKIX_ECDSA_P384_SHA_384", "SHA2_384", "SHA384"},
        {"P-521", "PKIX_ECDSA_P521_SHA_512", "SHA2_512", "SHA512"},
        {"rsa2048", "PKIX_RSA_PKCS1V15_2048_SHA256", "SHA2_256", "SHA256"},
        {"rsa3072", "PKIX_RSA_PKCS1V15_3072_SHA256", "SHA2_256", "SHA256"},
        {"rsa4096", "PKIX_RSA_PKCS1V15_4096_SHA256", "SHA2_256", "SHA256"},
        {"ed25519", "PKIX_ED25519_PH", "SHA2_512", "SHA512"},
    }));
    CAPTURE(kind);
    world::World world;
    world.leaf_key = makers::key(kind);
    world.hash = hash_name;
    world.v2_key_details = details;
    world.v2_hash = hash;
    world.sign();
    CHECK(verdict(world, world.bundle({world.v2_entry()}, {})) == "ok");
}

TEST_CASE("keys that the log does not take are unsupported") {
    world::World world;
    world.leaf_key = makers::key("rsa2560");
    world.sign();
    CHECK(verdict(world, world.bundle({world.v2_entry()}, {})) == "unsupported");
}

TEST_CASE("an entry that differs in anything is about something else") {
    static const auto world = signed_world();  // the rows are made once, and each runs the case again
    const auto body = world.v2_body();
    const auto [name, text] = GENERATE_COPY(table<std::string, std::string>({
        {"an entry of another bundle", signed_world().v2_body()},
        {"digest", edit(body, "digest", vectors::flip_decoded(0))},
        {"signature", edit(body, "content", vectors::flip_decoded(-1))},
        {"certificate", edit(body, "rawBytes", vectors::flip_decoded(-1))},
        {"key details", replace(body, "PKIX_ECDSA_P256_SHA_256", "PKIX_ECDSA_P384_SHA_384")},
        {"hash", replace(body, "SHA2_256", "SHA2_512")},
        {"version", replace(body, R"("apiVersion":"0.0.2")", R"("apiVersion":"0.0.1")")},
        {"member order", replace(body, R"("apiVersion":"0.0.2","kind":"hashedrekord")", R"("kind":"hashedrekord","apiVersion":"0.0.2")")},
        {"white space", body + " "},
        {"a body of version 1", world.v1_body()},
    }));
    CAPTURE(name);
    CHECK(verdict(world, world.bundle({world.v2_entry(text)}, {})) == "body_mismatch");
}

TEST_CASE("checkpoint and path: what is there must agree, what proto3 leaves out may be missing") {
    const auto world = signed_world();
    const auto json = world.bundle({world.v2_entry()}, {});
    const auto index = R"("inclusionProof":{"logIndex":"1",)";
    CHECK(verdict(world, json) == "ok");
    CHECK(verdict(world, replace(json, R"("treeSize":"2",)", "")) == "ok");
    CHECK(verdict(world, replace(json, index, R"("inclusionProof":{)")) == "ok");
    CHECK(verdict(world, replace(json, index, R"("inclusionProof":{"logIndex":"0",)")) == "inclusion");
    CHECK(verdict(world, edit(json, "logIndex", [](const std::string&) { return "0"; })) == "inclusion");
    CHECK(verdict(world, replace(edit(json, "logIndex", [](const std::string&) { return "0"; }), index, R"("inclusionProof":{)")) ==
          "inclusion");
    CHECK(verdict(world, edit(json, "treeSize", [](const std::string&) { return "3"; })) == "inclusion");
    CHECK(verdict(world, edit(json, "rootHash", vectors::flip_decoded(0))) == "inclusion");
    CHECK(verdict(world, edit(json, "hashes", vectors::flip_decoded(0))) == "inclusion");
    CHECK(verdict(world, replace(json, R"("hashes":[)", R"("hashes":[")" + base::base64_encode(base::Bytes(32)) + "\",")) == "inclusion");
    CHECK(verdict(world, world.bundle({world.v2_entry(world.v2_body(), "other.example")}, {})) == "checkpoint");
    CHECK(verdict(world, edit(json, "envelope", [](const std::string& note) { return replace(note, "log2", "log3"); })) == "checkpoint");
}

TEST_CASE("a checkpoint in the style of version 1 is none of a version 2 log") {
    const auto world = signed_world();
    CHECK(verdict(world, world.bundle({world.v2_entry(world.v2_body(), "log2.example - 7")}, {})) != "ok");
}

TEST_CASE("version 2 makes no promises") {
    const auto world = signed_world();
    const auto json = world.bundle({world.v2_entry()}, {});
    CHECK(verdict(world, replace(json, R"("canonicalizedBody")",
                                 R"("inclusionPromise":{"signedEntryTimestamp":"AAAA"},"canonicalizedBody")")) == "malformed");
}

TEST_CASE("message signatures are logged with their digest, by the hash of the key") {
    const auto world = signed_world();
    const auto message = [&](const std::string& algorithm) {
        const auto json = world.bundle({world.v2_entry()}, {});
        return vectors::bundle(json.substr(0, json.find(R"("dsseEnvelope")")) + R"("messageSignature":{"messageDigest":{"algorithm":")" +
                               algorithm + R"(","digest":"AAAA"},"signature":"AAAA"}})");
    };
    const auto bundle = message("SHA2_256");
    const auto body = rekor_v2::expected_body(bundle.log_entries().front(), bundle, *bundle.certificate());
    REQUIRE(body);
    CHECK(body->find(R"("data":{"algorithm":"SHA2_256","digest":"AAAA"})") != std::string::npos);
    const auto other = message("SHA2_512");
    CHECK(rekor_v2::expected_body(other.log_entries().front(), other, *other.certificate()).error().code == FailureCode::body_mismatch);
}

TEST_CASE("dsse 0.0.2: the leaf is rebuilt from payload, signature and signer") {
    const auto world = signed_world();
    const auto logged = [&](const std::string& body) {
        return verdict(world, world.bundle({world.v2_entry(body, "log2.example", "dsse")}, {}));
    };
    const auto body = world.v2_dsse_body();
    CHECK(logged(body) == "ok");
    CHECK(logged(signed_world().v2_dsse_body()) == "body_mismatch");
    CHECK(logged(edit(body, "digest", vectors::flip_decoded(0))) == "body_mismatch");
    CHECK(logged(edit(body, "content", vectors::flip_decoded(-1))) == "body_mismatch");
    CHECK(logged(replace(body, R"("signatures":[)", R"("signatures":[{},)")) == "body_mismatch");
    CHECK(logged(world.v2_body()) == "body_mismatch");
    CHECK(verdict(world, world.bundle({world.v2_entry(body)}, {})) == "body_mismatch");  // said to be a hashedrekord
}

TEST_CASE("dsse 0.0.2 is about envelopes only, whatever the hash of the key") {
    world::World world;
    world.leaf_key = makers::key("P-384");
    world.hash = "SHA384";
    world.v2_key_details = "PKIX_ECDSA_P384_SHA_384";
    world.v2_hash = "SHA2_384";
    world.sign();
    const auto entry = world.v2_entry(world.v2_dsse_body(), "log2.example", "dsse");
    CHECK(verdict(world, world.bundle({entry}, {})) == "ok");
    world.message = "a message";
    world.sign();
    CHECK(verdict(world, world.bundle({world.v2_entry(world.v2_dsse_body(), "log2.example", "dsse")}, {})) == "body_mismatch");
}

TEST_CASE("a managed key stands in the leaf in place of a certificate") {
    world::World world;
    world.by_key = true;
    world.sign();
    const auto root = world.root();
    const auto key = world.leaf_key.public_key();
    const auto check = [&](const std::string& json, const PublicKey& by) {
        const auto bundle = vectors::bundle(json);
        return rekor_v2::check_entry(bundle.log_entries().front(), root.logs().back(), bundle, Signer(by)).has_value();
    };
    CHECK(check(world.bundle({world.v2_entry()}, {}), key));
    CHECK_FALSE(check(world.bundle({world.v2_entry()}, {}), makers::key().public_key()));
    auto certified = world;
    certified.by_key = false;
    CHECK_FALSE(check(world.bundle({certified.v2_entry()}, {}), key));  // the same key, but logged with a certificate
}

TEST_CASE("two kinds of entries are supported") {
    const auto [kind, version, expected] = GENERATE(table<std::string, std::string, bool>({
        {"hashedrekord", "0.0.2", true},
        {"dsse", "0.0.2", true},
        {"hashedrekord", "0.0.1", false},
        {"dsse", "0.0.1", false},
        {"intoto", "0.0.2", false},
        {"", "0.0.2", false},
    }));
    LogEntry entry;
    entry.kind = kind;
    entry.version = version;
    CHECK(rekor_v2::is_supported(entry) == expected);
}
