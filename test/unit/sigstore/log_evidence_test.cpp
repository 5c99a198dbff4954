#include "sigstore/log_evidence.h"

#include "test/support/catch.h"
#include "test/unit/sigstore/vectors.h"
#include "test/unit/sigstore/world.h"

using namespace sigstore;
using vectors::edit;
using vectors::replace;

namespace {

// "N entries, M times" or the code of the refusal.
std::string verdict(const TrustedRoot& root, const std::string& json, std::size_t threshold = 1) {
    const auto bundle = vectors::bundle(json);
    const auto evidence = collect_log_evidence(bundle, *bundle.certificate(), root, threshold);
    if (evidence) return std::to_string(evidence->entries.size()) + " entries, " + std::to_string(evidence->times.size()) + " times";
    UNSCOPED_INFO(evidence.error().text());
    return std::string(to_string(evidence.error().code));
}

world::World signed_world() {
    world::World world;
    world.sign();
    return world;
}

}  // namespace

TEST_CASE("entries of known logs count, and only a promise gives a time") {
    const auto world = signed_world();
    const auto root = world.root();
    const auto unpromised = world.v1_entry({.body = world.v1_body(), .has_promise = false}, world.v1_key);
    CHECK(verdict(root, world.bundle({world.v1_entry()}, {})) == "1 entries, 1 times");
    CHECK(verdict(root, world.bundle({world.v2_entry()}, {})) == "1 entries, 0 times");
    CHECK(verdict(root, world.bundle({unpromised}, {})) == "1 entries, 0 times");  // its integratedTime is hearsay
    CHECK(verdict(root, world.bundle({world.v1_entry(), world.v2_entry()}, {}), 2) == "2 entries, 1 times");
}

TEST_CASE("entries of unknown logs count for nothing, beside a good one they are harmless") {
    const auto world = signed_world();
    const auto root = world.root();
    const auto unknown = world.v1_entry({.body = "anything"}, makers::key());
    CHECK(verdict(root, world.bundle({unknown}, {})) == "log_unknown");
    CHECK(verdict(root, world.bundle({}, {})) == "log_unknown");
    CHECK(verdict(root, world.bundle({unknown, world.v1_entry()}, {})) == "1 entries, 1 times");
}

TEST_CASE("a bad extra entry of a known log ends it") {
    const auto world = signed_world();
    const auto root = world.root();
    const auto stranger = signed_world();
    const auto other_body = world.v1_entry({.body = stranger.v1_body(), .log_index = 6}, world.v1_key);
    CHECK(verdict(root, world.bundle({world.v1_entry(), other_body}, {})) == "body_mismatch");
    CHECK(verdict(root, world.bundle({other_body, world.v1_entry()}, {})) == "body_mismatch");
}

TEST_CASE("an entry with a wrong promise does not count, and the reason is told") {
    const auto world = signed_world();
    const auto root = world.root();
    const auto bad = edit(world.v1_entry(), "signedEntryTimestamp", vectors::flip_decoded(-1));
    CHECK(verdict(root, world.bundle({bad}, {})) == "set");
    CHECK(verdict(root, world.bundle({bad, world.v2_entry()}, {})) == "1 entries, 0 times");
    CHECK(verdict(root, world.bundle({bad, world.v2_entry()}, {}), 2) == "set");
}

TEST_CASE("whether there are no entries or none of a known log is told") {
    const auto world = signed_world();
    const auto told = [&](const std::string& json) {
        const auto bundle = vectors::bundle(json);
        return collect_log_evidence(bundle, *bundle.certificate(), world.root(), 1).error().found;
    };
    CHECK(told(world.bundle({}, {})) == "no entries");
    CHECK(told(world.bundle({edit(world.v2_entry(), "keyId", vectors::flip_decoded(0))}, {})) == "none of them");
}

TEST_CASE("logs are counted, not entries") {
    const auto world = signed_world();
    const auto root = world.root();
    const auto again = world.v1_entry({.body = world.v1_body(), .log_index = 6}, world.v1_key);
    CHECK(verdict(root, world.bundle({world.v1_entry(), again}, {})) == "2 entries, 2 times");
    CHECK(verdict(root, world.bundle({world.v1_entry(), again}, {}), 2) == "threshold");
    // Two logs of one operator are one witness.
    auto parts = world.root_parts();
    for (auto& log : parts.logs) log = replace(log, R"("hashAlgorithm")", R"("operator":"one.example","hashAlgorithm")");
    CHECK(verdict(vectors::root(makers::root_json(parts)), world.bundle({world.v1_entry(), world.v2_entry()}, {}), 2) == "threshold");
}

TEST_CASE("kinds that are not known, and kinds that the log cannot have written, are refused") {
    const auto world = signed_world();
    const auto root = world.root();
    const auto [kind, version] = GENERATE(table<std::string, std::string>({
        {"dsse", "0.0.3"},
        {"intoto", "0.0.1"},
        {"rekord", "0.0.1"},
        {"cose", "0.0.1"},
        {"hashedrekord", "0.0.3"},
        {"DSSE", "0.0.1"},
    }));
    CHECK(verdict(root, world.bundle({world.v1_entry({.body = world.v1_body(), .kind = kind, .version = version}, world.v1_key)}, {})) ==
          "unsupported");
    // A version 1 body under the id of a version 2 log.
    auto borrowed = world.v2_entry(world.v1_body());
    borrowed = replace(replace(borrowed, "hashedrekord", "dsse"), "0.0.2", "0.0.1");
    CHECK(verdict(root, world.bundle({borrowed}, {})) == "unsupported");
}

TEST_CASE("a log's time outside the certificate is refused, signed or not") {
    auto world = signed_world();
    const auto root = world.root();
    for (const std::int64_t time : std::initializer_list<std::int64_t>{999, 2'001}) {
        world.integrated_time = time;
        CHECK(verdict(root, world.bundle({world.v1_entry()}, {})) == "time_outside_cert");
        const auto unpromised = world.v1_entry({.body = world.v1_body(), .has_promise = false}, world.v1_key);
        CHECK(verdict(root, world.bundle({unpromised}, {})) == "time_outside_cert");
    }
    const auto timed = replace(world.v2_entry(), R"("canonicalizedBody")", R"("integratedTime":"2001","canonicalizedBody")");
    CHECK(verdict(root, world.bundle({timed}, {})) == "time_outside_cert");
}

TEST_CASE("an entry needs a proof or, in version 0.1, at least a promise") {
    const auto world = signed_world();
    const auto root = world.root();
    const auto as_v01 = [](const std::string& json) {
        return edit(json, "mediaType", [](const std::string&) { return "application/vnd.dev.sigstore.bundle+json;version=0.1"; });
    };
    const auto promised = world.v1_entry({.body = world.v1_body(), .has_proof = false}, world.v1_key);
    const auto bare = world.v1_entry({.body = world.v1_body(), .log_index = 8, .has_promise = false, .has_proof = false}, world.v1_key);
    CHECK(verdict(root, as_v01(world.bundle({promised}, {}))) == "1 entries, 1 times");
    CHECK(verdict(root, as_v01(world.bundle({promised, bare}, {}))) == "inclusion");
}
