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
    const auto kind = GENERATE(as<std::string>(), "ed25519", "rsa2560");
    world::World world;
    world.leaf_key = makers::key(kind);
    world.sign();
    CHECK(verdict(world, world.bundle({world.v2_entry()}, {})) == "unsupported");
}

TEST_CASE("an entry that differs in anything is about something else") {
    const auto world = signed_world();
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

TEST_CASE("dsse 0.0.2 was withdrawn and is not supported") {
    LogEntry entry;
    entry.kind = "dsse";
    entry.version = "0.0.2";
    CHECK_FALSE(rekor_v2::is_supported(entry));
    entry.kind = "hashedrekord";
    CHECK(rekor_v2::is_supported(entry));
}
