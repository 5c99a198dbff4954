// verify_with_key of sigstore/verifier.h: signatures by keys that the caller trusts beforehand.
#include "sigstore/verifier.h"
#include "test/support/catch.h"
#include "test/unit/sigstore/vectors.h"
#include "test/unit/sigstore/world.h"

using namespace sigstore;

namespace {

struct ByKey {
    world::World world;
    ManagedKey key;

    ByKey() : key(sign(world)) {}
    [[nodiscard]] std::string outcome(const std::string& json, const Artifact& artifact, std::size_t logs = 1) const {
        const auto verified = verify_with_key(vectors::bundle(json), world.root(), key, artifact, logs);
        if (verified) return "verified";
        UNSCOPED_INFO(verified.error().text());
        return std::string(to_string(verified.error().code));
    }

private:
    static ManagedKey sign(world::World& world) {
        world.by_key = true;
        world.message = "by a key";
        world.sign();
        return {world.leaf_key.public_key(), RsaPadding::pkcs1, {}};
    }
};

world::TokenSpec token_at(std::int64_t time) {
    world::TokenSpec spec;
    spec.time = spec.signing_time = time;
    return spec;
}

std::string v1_entry_of(const world::World& world) {
    return world.v1_entry({.body = world.v1_body(), .kind = "hashedrekord"}, world.v1_key);
}

}  // namespace

TEST_CASE("a key that is trusted beforehand verifies its bundles: no certificate, no time, one log") {
    const ByKey by;
    const auto artifact = Artifact::of_content(base::as_bytes("by a key"));
    CHECK(by.outcome(by.world.bundle({v1_entry_of(by.world)}, {}), artifact) == "verified");
    CHECK(by.outcome(by.world.bundle({by.world.v2_entry()}, {}), artifact) == "verified");
    CHECK(by.outcome(by.world.bundle({v1_entry_of(by.world), by.world.v2_entry()}, {}), artifact, 2) == "verified");
    CHECK(by.outcome(by.world.bundle({by.world.v2_entry()}, {}), base::Digest::sha256_of(base::as_bytes("by a key"))) == "verified");
    CHECK(by.outcome(by.world.bundle({by.world.v2_entry()}, {}), Artifact::of_content(base::as_bytes("x"))) == "subject");
    CHECK(by.outcome(by.world.bundle({by.world.v2_entry()}, {}), artifact, 2) == "threshold");
    CHECK(by.outcome(by.world.bundle({}, {}), artifact) == "log_unknown");
    CHECK(by.outcome(by.world.bundle({}, {}), artifact, 0) == "threshold");  // demands nothing: no configuration
    ByKey wrong;
    wrong.key = {makers::key().public_key(), RsaPadding::pkcs1, {}};
    CHECK(wrong.outcome(wrong.world.bundle({wrong.world.v2_entry()}, {}), artifact) == "signature");
}

TEST_CASE("1.6: a certificate where a key is asked for is refused, and the reverse") {
    const ByKey by;
    const auto artifact = Artifact::of_content(base::as_bytes("by a key"));
    auto certified = by.world;
    certified.by_key = false;
    const auto json = certified.bundle({certified.v2_entry()}, {certified.tsa.stamp(certified.signature)});
    CHECK(by.outcome(json, artifact) == "key_policy");  // though the certificate is of that very key
    CHECK(verify(vectors::bundle(json), certified.root(), artifact));
    const auto named = vectors::bundle(by.world.bundle({by.world.v2_entry()}, {by.world.tsa.stamp(by.world.signature)}));
    CHECK(verify(named, by.world.root(), artifact).error().code == FailureCode::key_policy);
}

TEST_CASE("CVE-2026-54787: a key with a window needs a verified time, and every one must lie in it") {
    ByKey by;
    const auto artifact = Artifact::of_content(base::as_bytes("by a key"));
    const auto stamped = [&](std::int64_t time) {
        return by.world.bundle({by.world.v2_entry()}, {by.world.tsa.stamp(by.world.signature, token_at(time))});
    };
    by.key.valid_for = {makers::at(1'400), makers::at(1'600)};
    CHECK(by.outcome(by.world.bundle({by.world.v2_entry()}, {}), artifact) == "no_time");
    CHECK(by.outcome(stamped(1'400), artifact) == "verified");
    CHECK(by.outcome(stamped(1'600), artifact) == "verified");
    CHECK(by.outcome(stamped(1'399), artifact) == "key_policy");
    CHECK(by.outcome(stamped(1'601), artifact) == "key_policy");
    by.key.valid_for = {std::nullopt, makers::at(1'499)};
    CHECK(by.outcome(by.world.bundle({v1_entry_of(by.world)}, {}), artifact) == "key_policy");  // integrated at 1 500
    by.key.valid_for = {makers::at(1'500), std::nullopt};
    CHECK(by.outcome(by.world.bundle({v1_entry_of(by.world)}, {}), artifact) == "verified");
    CHECK(by.outcome(by.world.bundle({v1_entry_of(by.world)}, {by.world.tsa.stamp(by.world.signature, token_at(1'499))}), artifact) ==
          "key_policy");
}
