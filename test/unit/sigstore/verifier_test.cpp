#include "sigstore/verifier.h"

#include <array>
#include <atomic>
#include <thread>

#include "test/support/catch.h"
#include "test/unit/sigstore/vectors.h"
#include "test/unit/sigstore/world.h"

using namespace sigstore;
using vectors::edit;
using vectors::flip_decoded;
using vectors::flip_raw;

namespace {

const std::string kOtherDigest = "sha256:" + std::string(64, 'a');

// What becomes of a document: "verified", or the code of its refusal, wherever that happens.
std::string outcome(std::string_view json, const TrustedRoot& root, const base::Digest& artifact, const Thresholds& thresholds = {}) {
    const auto bundle = Bundle::parse(base::as_bytes(json));
    if (!bundle) {
        UNSCOPED_INFO(bundle.error().text());
        return std::string(to_string(bundle.error().code));
    }
    const auto verified = verify(*bundle, root, artifact, thresholds);
    if (verified) return "verified";
    UNSCOPED_INFO(verified.error().text());
    return std::string(to_string(verified.error().code));
}

}  // namespace

TEST_CASE("what cosign signed with the real stack verifies, and its facts are those of the certificate") {
    const auto [name, log, times] = GENERATE(table<std::string, std::string, std::size_t>({
        {"signed-rekor1-email", "https://rekor1.stack.test", 2},
        {"signed-rekor1-github", "https://rekor1.stack.test", 2},
        {"signed-rekor1-no-tsa", "https://rekor1.stack.test", 1},
        {"signed-rekor2-email", "https://rekor2.stack.test", 1},
        {"signed-rekor2-github", "https://rekor2.stack.test", 1},
        {"index-signed", "https://rekor2.stack.test", 1},
        {"other-identity", "https://rekor2.stack.test", 1},  // whether the signer is the right one is policy
        {"other-issuer", "https://rekor2.stack.test", 1},
    }));
    CAPTURE(name);
    const auto vector = vectors::image(name);
    const auto verified = verify(vectors::bundle(vector.bundle), vectors::image_root(), vector.artifact);
    if (!verified) FAIL(verified.error().text());
    CHECK(verified->subject == vector.subject);
    CHECK(verified->issuer == vector.issuer);
    CHECK(verified->predicate_type == "https://sigstore.dev/cosign/sign/v1");
    CHECK(verified->logs == std::vector{log});
    CHECK(verified->times.size() == times);
    CHECK(verified->certificate_sha256.size() == 64);
}

TEST_CASE("a bundle about another image, or of another Sigstore, is refused") {
    const auto vector = vectors::image("wrong-subject");
    CHECK(outcome(vector.bundle, vectors::image_root(), vector.artifact) == "subject");
    const auto other = vectors::image("other-sigstore");
    CHECK(outcome(other.bundle, vectors::image_root(), other.artifact) == "log_unknown");
    CHECK(outcome(other.bundle, vectors::root(vectors::image_root_text("trusted_root.other.json")), other.artifact) == "verified");
}

TEST_CASE("one flipped byte in the evidence is refused with the reason that fits") {
    struct Flip {
        std::string name;
        std::string member;
        std::size_t occurrence;
        vectors::Change change;
        std::string expected;
    };
    const auto vector_name =
        GENERATE(as<std::string>(), "signed-rekor1-email", "signed-rekor1-github", "signed-rekor2-email", "signed-rekor2-github");
    const bool is_v1 = vector_name.starts_with("signed-rekor1");
    const bool is_workflow = vector_name.ends_with("github");
    const std::vector<Flip> flips{
        {"signature, first byte", "sig", 0, flip_decoded(0), "signature"},
        {"signature, last byte", "sig", 0, flip_decoded(-1), "signature"},
        {"signature, as text", "sig", 0, flip_raw(20), "signature"},
        {"payload, last byte", "payload", 0, flip_decoded(-1), "malformed"},
        {"certificate, its CA's signature", "rawBytes", 0, flip_decoded(-1), is_v1 ? "body_mismatch" : "body_mismatch"},
        // A workflow's certificate has a claim there, which becomes unreadable.
        {"certificate, as text, among the extensions", "rawBytes", 0, flip_raw(700), is_workflow ? "identity" : "body_mismatch"},
        {"log entry, first byte", "canonicalizedBody", 0, flip_decoded(0), is_v1 ? "malformed" : "body_mismatch"},
        {"log entry, last byte", "canonicalizedBody", 0, flip_decoded(-1), is_v1 ? "malformed" : "body_mismatch"},
        {"log entry, the log's name", "keyId", 0, flip_decoded(0), "log_unknown"},
        {"inclusion proof, root hash", "rootHash", 0, flip_decoded(31), "inclusion"},
        {"inclusion proof, root hash as text", "rootHash", 0, flip_raw(3), "inclusion"},
        {"checkpoint, signature", "envelope", 0,
         [](std::string text) {
             const auto at = text.size() - 12;
             text[at] = text[at] == 'A' ? 'B' : 'A';
             return text;
         },
         "checkpoint"},
        {"checkpoint, origin", "envelope", 0,
         [](std::string text) {
             text[0] = 'x';
             return text;
         },
         "checkpoint"},
        {"timestamp, last byte: its signature", "signedTimestamp", 0, flip_decoded(-1), "timestamp"},
        {"timestamp, as text", "signedTimestamp", 0, flip_raw(400), "timestamp"},
        {"timestamp, first byte", "signedTimestamp", 0, flip_decoded(0), "timestamp"},
    };
    const auto vector = vectors::image(vector_name);
    const auto root = vectors::image_root();
    for (const auto& flip : flips) {
        CAPTURE(vector_name, flip.name);
        CHECK(outcome(edit(vector.bundle, flip.member, flip.change, flip.occurrence), root, vector.artifact) == flip.expected);
    }
}

TEST_CASE("no byte of a timestamp, nor of anything else that is signed, can be changed unnoticed") {
    const auto vector = vectors::image("signed-rekor1-email");
    const auto root = vectors::image_root();
    // The timestamp whole: much of it is under no signature. The rest in steps that end on every kind of field.
    const auto [member, step] = GENERATE(table<std::string, std::size_t>({
        {"signedTimestamp", 1},
        {"rawBytes", 7},
        {"canonicalizedBody", 11},
        {"sig", 5},
        {"signedEntryTimestamp", 5},
        {"payload", 7},
    }));
    std::size_t size = 0;
    (void)edit(vector.bundle, member, [&](std::string text) {
        size = base::base64_decode(text).value().size();
        return text;
    });
    for (std::size_t i = 0; i < size; i += step) {
        CAPTURE(member, i);
        const auto changed = edit(vector.bundle, member, flip_decoded(static_cast<std::ptrdiff_t>(i)));
        if (outcome(changed, root, vector.artifact) == "verified") FAIL_CHECK("still verified");
    }
    CHECK(size > 0);
}

namespace {

const auto kArtifact = base::Digest::parse("sha256:" + std::string(64, 'a')).value();

world::World signed_world() {
    world::World world;
    world.sign();
    return world;
}

std::string outcome(const world::World& world, const std::string& json, const Thresholds& thresholds = {}) {
    return outcome(json, world.root(), kArtifact, thresholds);
}

}  // namespace

TEST_CASE("Rekor v1 with and without a timestamp, Rekor v2 with one: verified; v2 without: no time") {
    const auto world = signed_world();
    const auto token = world.tsa.stamp(world.signature);
    CHECK(outcome(world, world.bundle({world.v1_entry()}, {})) == "verified");
    CHECK(outcome(world, world.bundle({world.v1_entry()}, {token})) == "verified");
    CHECK(outcome(world, world.bundle({world.v2_entry()}, {token})) == "verified");
    CHECK(outcome(world, world.bundle({world.v2_entry()}, {})) == "no_time");
    const auto unpromised = world.v1_entry({.body = world.v1_body(), .has_promise = false}, world.v1_key);
    CHECK(outcome(world, world.bundle({unpromised}, {})) == "no_time");
    CHECK(outcome(world, world.bundle({unpromised}, {token})) == "verified");
    // An integrated time in a version 2 entry is nobody's word.
    const auto timed = vectors::replace(world.v2_entry(), R"("canonicalizedBody")", R"("integratedTime":"1500","canonicalizedBody")");
    CHECK(outcome(world, world.bundle({timed}, {})) == "no_time");
    // The log is not replaced by a timestamp.
    CHECK(outcome(world, world.bundle({}, {token})) == "log_unknown");
}

TEST_CASE("every verified time must fit the certificate: a good log time does not rescue a timestamp outside") {
    const auto world = signed_world();
    const auto stamp = [&](std::int64_t time) {
        world::TokenSpec spec;
        spec.time = time;
        return world.tsa.stamp(world.signature, spec);
    };
    CHECK(outcome(world, world.bundle({world.v1_entry()}, {stamp(1'000)})) == "verified");
    CHECK(outcome(world, world.bundle({world.v1_entry()}, {stamp(2'000)})) == "verified");
    auto short_lived = world;
    short_lived.ca.leaf_spec.not_after = 1'600;
    short_lived.sign();
    world::TokenSpec after;
    after.time = 1'601;
    const auto token = short_lived.tsa.stamp(short_lived.signature, after);
    CHECK(outcome(short_lived, short_lived.bundle({short_lived.v1_entry()}, {token})) == "time_outside_cert");
    CHECK(outcome(short_lived, short_lived.bundle({short_lived.v2_entry()}, {token})) == "time_outside_cert");
    const auto good = short_lived.tsa.stamp(short_lived.signature);
    CHECK(outcome(short_lived, short_lived.bundle({short_lived.v2_entry()}, {good, token})) == "time_outside_cert");
}

TEST_CASE("an intermediate that had expired at signing is refused (CVE-2026-24122)") {
    world::World world;
    world.ca.issuer_spec.not_after = 1'499;
    world.sign();
    CHECK(outcome(world, world.bundle({world.v1_entry()}, {})) == "time_outside_cert");
}

TEST_CASE("thresholds: nothing is no threshold, and witnesses are counted once") {
    const auto world = signed_world();
    const auto token = world.tsa.stamp(world.signature);
    const auto json = world.bundle({world.v1_entry(), world.v2_entry()}, {token});
    const auto with = [](std::size_t logs, std::size_t times, std::size_t certificate_logs) {
        return Thresholds{logs, times, certificate_logs};
    };
    CHECK(outcome(world, json, with(2, 2, 1)) == "verified");
    CHECK(outcome(world, json, with(3, 1, 1)) == "threshold");
    CHECK(outcome(world, json, with(1, 3, 1)) == "threshold");
    CHECK(outcome(world, json, with(1, 1, 2)) == "sct");
    CHECK(outcome(world, json, with(0, 1, 1)) == "threshold");
    CHECK(outcome(world, json, with(1, 0, 1)) == "threshold");
    CHECK(outcome(world, json, with(1, 1, 0)) == "threshold");
    const auto two_tokens = world.bundle({world.v2_entry()}, {token, world.tsa.stamp(world.signature)});
    CHECK(outcome(world, two_tokens, with(1, 1, 1)) == "verified");
    CHECK(outcome(world, two_tokens, with(1, 2, 1)) == "threshold");
}

TEST_CASE("timestamp authorities of one operator are one witness, others are one each") {
    const auto world = signed_world();
    world::Tsa second;
    second.ca.leaf_spec.issuer = "second issuer";
    second.ca.issuer_spec.subject = "second issuer";
    second.certify();
    const auto json = world.bundle({world.v2_entry()}, {world.tsa.stamp(world.signature), second.stamp(world.signature)});
    const auto with = [&](const std::string& first_operator, const std::string& second_operator) {
        auto parts = world.root_parts();
        parts.timestamp_authorities.push_back(
            makers::authority_json(second.chain, R"({"start":"1970-01-01T00:00:00Z"})", "https://tsa2.example"));
        const std::array operators{first_operator, second_operator};
        for (std::size_t i = 0; i < operators.size(); ++i) {
            if (operators[i].empty()) continue;
            auto& authority = parts.timestamp_authorities[i];
            authority = vectors::replace(authority, R"("uri")", R"("operator":")" + operators[i] + R"(","uri")");
        }
        return outcome(json, vectors::root(makers::root_json(parts)), base::Digest::parse(kOtherDigest).value(), {.times = 2});
    };
    CHECK(with("", "") == "verified");
    CHECK(with("a.example", "b.example") == "verified");
    CHECK(with("a.example", "a.example") == "threshold");
    CHECK(with("a.example", "") == "verified");
}

TEST_CASE("a timestamp of an unknown authority counts for nothing, a broken one of a known authority ends it") {
    const auto world = signed_world();
    world::Tsa unknown;
    unknown.ca.leaf_spec.issuer = "elsewhere";
    unknown.ca.issuer_spec.subject = "elsewhere";
    unknown.certify();
    CHECK(outcome(world, world.bundle({world.v1_entry()}, {unknown.stamp(world.signature)})) == "verified");
    CHECK(outcome(world, world.bundle({world.v2_entry()}, {unknown.stamp(world.signature)})) == "no_time");
    CHECK(outcome(world, world.bundle({world.v1_entry()}, {world.tsa.stamp(base::Bytes{'x'})})) == "timestamp");
}

TEST_CASE("a log whose key was given up before the verified time wrote nothing since") {
    const auto world = signed_world();
    auto parts = world.root_parts();
    const auto token = world.tsa.stamp(world.signature);
    for (const auto& [end, expected] :
         std::vector<std::pair<std::string, std::string>>{{"1970-01-01T00:25:00Z", "verified"}, {"1970-01-01T00:24:59Z", "checkpoint"}}) {
        parts.logs[1] = vectors::replace(world.root_parts().logs[1], R"({"start":"1970-01-01T00:00:00Z"})",
                                         R"({"start":"1970-01-01T00:00:00Z","end":")" + end + "\"}");
        CHECK(outcome(world.bundle({world.v2_entry()}, {token}), vectors::root(makers::root_json(parts)), kArtifact) == expected);
    }
}

TEST_CASE("signatures of every key that Fulcio certifies, with the hash that goes with it") {
    const auto [kind, hash, expected] = GENERATE(table<std::string, std::string, std::string>({
        {"P-256", "SHA256", "verified"},
        {"P-256", "SHA384", "signature"},
        {"P-384", "SHA384", "verified"},
        {"P-384", "SHA256", "verified"},  // old clients
        {"P-384", "SHA512", "signature"},
        {"P-521", "SHA512", "verified"},
        {"P-521", "SHA256", "verified"},
        {"rsa2048", "SHA256", "verified"},
        {"rsa2048", "SHA512", "signature"},
        {"rsa2560", "SHA256", "unsupported"},
        {"ed25519", "", "verified"},
    }));
    CAPTURE(kind, hash);
    world::World world;
    world.leaf_key = makers::key(kind);
    world.hash = hash;
    world.sign();
    CHECK(outcome(world, world.bundle({world.v1_entry()}, {})) == expected);
}

TEST_CASE("statements that are signed by the right key and say nothing, or something else, are refused") {
    const auto [name, payload, expected] = GENERATE(table<std::string, std::string, std::string>({
        {"cut off", "{", "malformed"},
        {"an array", "[]", "malformed"},
        {"unknown type", R"({"_type":"https://in-toto.io/Statement/v9","subject":[],"predicateType":"x"})", "unsupported"},
        {"no subjects", R"({"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"x"})", "malformed"},
        {"sha512 only",
         R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha512":")" + std::string(128, 'a') +
             R"("}}],"predicateType":"x"})",
         "subject"},
        {"another digest",
         R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":")" + std::string(64, 'b') +
             R"("}}],"predicateType":"x"})",
         "subject"},
    }));
    CAPTURE(name);
    world::World world;
    world.payload = payload;
    world.sign();
    CHECK(outcome(world, world.bundle({world.v1_entry()}, {})) == expected);
}

TEST_CASE("the predicate type is a fact that policy judges") {
    world::World world;
    world.payload = vectors::replace(world.payload, "https://sigstore.dev/cosign/sign/v1", "https://slsa.dev/provenance/v1");
    world.sign();
    const auto verified = verify(vectors::bundle(world.bundle({world.v1_entry()}, {})), world.root(), kArtifact);
    REQUIRE(verified);
    CHECK(verified->predicate_type == "https://slsa.dev/provenance/v1");
}

TEST_CASE("material, payload type and identity") {
    const auto world = signed_world();
    const auto json = world.bundle({world.v1_entry()}, {});
    const auto key_bundle =
        vectors::replace(json, R"("certificate":{"rawBytes":")" + base::base64_encode(world.leaf) + "\"}", R"("publicKey":{"hint":"x"})");
    CHECK(outcome(world, key_bundle) == "key_policy");
    CHECK(outcome(world, vectors::replace(json, "application/vnd.in-toto+json", "application/vnd.other+json")) == "unsupported");
    CHECK(outcome(world, vectors::replace(json, R"("keyid":"")", R"("keyid":"SHA256:anything")")) == "verified");  // selects nothing
    world::World nameless;
    nameless.ca.leaf_spec.extensions.erase(nameless.ca.leaf_spec.extensions.begin() + 2);
    nameless.sign();
    CHECK(outcome(nameless, nameless.bundle({nameless.v1_entry()}, {})) == "identity");
}

TEST_CASE("certificates that no trusted CA issued, or that no trusted CT log saw, are refused") {
    const auto world = signed_world();
    const auto json = world.bundle({world.v1_entry()}, {});
    auto parts = world.root_parts();
    parts.authorities = {makers::authority_json(makers::Ca().chain())};
    CHECK(outcome(json, vectors::root(makers::root_json(parts)), kArtifact) == "chain");
    parts = world.root_parts();
    parts.authorities = {};
    CHECK(outcome(json, vectors::root(makers::root_json(parts)), kArtifact) == "chain");
    parts = world.root_parts();
    parts.certificate_logs = {makers::ecdsa_log_json(makers::key(), "https://ct.example")};
    CHECK(outcome(json, vectors::root(makers::root_json(parts)), kArtifact) == "sct");
    parts.certificate_logs = {};
    CHECK(outcome(json, vectors::root(makers::root_json(parts)), kArtifact) == "sct");
}

TEST_CASE("one bundle and one root serve several threads") {
    const auto vector = vectors::image("signed-rekor1-email");
    const auto bundle = vectors::bundle(vector.bundle);
    const auto root = vectors::image_root();
    std::atomic<int> verified = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                for (int turn = 0; turn < 10; ++turn) verified += verify(bundle, root, vector.artifact).has_value() ? 1 : 0;
            });
        }
    }
    CHECK(verified == 40);
}

TEST_CASE("a signer that is not wanted is refused before anything is computed, with what it says it is") {
    const auto vector = vectors::image("signed-rekor1-email");
    const auto root = vectors::image_root();
    // Everything else about this bundle is wrong too: the signer is told first.
    const auto bundle = vectors::bundle(edit(edit(vector.bundle, "sig", flip_decoded(0)), "envelope", flip_raw(3)));
    const auto nobody = verify(bundle, root, base::Digest::parse(kOtherDigest).value(), {}, [](const auto&) { return false; });
    REQUIRE_FALSE(nobody);
    CHECK(nobody.error().code == FailureCode::identity);
    CHECK(nobody.error().found == vector.subject + " of " + vector.issuer);
    const auto wanted = [&](const CertificateIdentity& one) { return one.subject == vector.subject && one.issuer == vector.issuer; };
    CHECK(verify(vectors::bundle(vector.bundle), root, vector.artifact, {}, wanted));
    CHECK(verify(bundle, root, vector.artifact, {}, wanted).error().code == FailureCode::signature);
}
