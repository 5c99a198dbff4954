// Bundles of every kind with one value changed after all was signed: refused, or what changed says nothing and the verdict is the same.
#include <algorithm>
#include <set>

#include "sigstore/verifier.h"
#include "test/support/catch.h"
#include "test/unit/sigstore/vectors.h"
#include "test/unit/sigstore/world.h"
#include "test/world/json_changes.h"

using namespace sigstore;

namespace {

struct Made {
    std::string kind;
    world::World world;
    std::string bundle;
    Artifact artifact = base::Digest::parse("sha256:" + std::string(64, 'a')).value();
};

Made make(const std::string& kind) {
    Made made;
    made.kind = kind;
    auto& world = made.world;
    const bool is_message = kind.find("message") != std::string::npos;
    const bool is_v2 = kind.find("2") != std::string::npos;
    world.by_key = kind.find("key") != std::string::npos;
    if (is_message) world.message = "what is signed";
    if (is_message) made.artifact = Artifact::of_content(base::as_bytes(*world.message));
    world.sign();
    const auto v1 = world.v1_entry({.body = world.v1_body(), .kind = is_message ? "hashedrekord" : "dsse"}, world.v1_key);
    const bool is_dsse = kind.find("dsse") != std::string::npos;
    const auto v2 = is_dsse ? world.v2_entry(world.v2_dsse_body(), "log2.example", "dsse") : world.v2_entry();
    made.bundle = world.bundle({is_v2 ? v2 : v1}, {world.tsa.stamp(world.signature)});
    return made;
}

struct Verdict {
    std::string facts;  // of whom, what and which log; empty: refused
    std::size_t times = 0;
};

template <typename Verified>
Verdict verdict_of(const Checked<Verified>& verified) {
    if (!verified) return {};
    Verdict found{"verified|" + verified->predicate_type, verified->times.size()};
    for (const auto& log : verified->logs) found.facts += "|" + log;
    for (const auto& time : verified->times) CHECK(base::unix_seconds(time.time) == 1'500);
    if constexpr (requires { verified->subject; }) found.facts += "|" + verified->subject + "|" + verified->issuer;
    return found;
}

Verdict verdict(const Made& made, const TrustedRoot& root, const std::string& json) {
    const auto bundle = Bundle::parse(base::as_bytes(json));
    if (!bundle) return {};
    if (!made.world.by_key) return verdict_of(verify(*bundle, root, made.artifact));
    const ManagedKey key{made.world.leaf_key.public_key(), RsaPadding::pkcs1, {}};
    return verdict_of(verify_with_key(*bundle, root, key, made.artifact));
}

// Changes that are no lie, and why.
struct Harmless {
    std::string_view place;
    std::set<std::string_view> whats;  // empty: any
    std::string_view reason;
};
const std::vector<Harmless> kHarmless{
    {"dsseEnvelope.signatures[0].keyid", {}, "selects nothing (sigstore-verification 7.3)"},
    {"verificationMaterial.publicKey", {"empty"}, "the key is the caller's, whatever the bundle calls it (1.6)"},
    {"verificationMaterial.publicKey.hint", {}, "the same"},
    {"verificationMaterial.timestampVerificationData", {"left out", "null", "empty"}, "less is known, and the rest is enough"},
    {"verificationMaterial.timestampVerificationData.rfc3161Timestamps", {"left out", "null", "empty"}, "the same"},
    {"verificationMaterial.timestampVerificationData.rfc3161Timestamps[0]", {"twice"}, "one witness, who counts once (8.1)"},
    {"verificationMaterial.tlogEntries[0].inclusionPromise", {"left out", "null"}, "less is known, and the rest is enough"},
    {"verificationMaterial.tlogEntries[0].inclusionProof.logIndex", {"left out", "null"}, "as proto3 leaves out zeros (5)"},
    {"verificationMaterial.tlogEntries[0].inclusionProof.treeSize", {"left out", "null"}, "the same"},
    {"verificationMaterial.tlogEntries[0].inclusionProof.rootHash", {"left out", "null"}, "the same"},
};

bool is_harmless(const world::JsonChange& change) {
    return std::ranges::any_of(kHarmless, [&](const Harmless& harmless) {
        return harmless.place == change.place && (harmless.whats.empty() || harmless.whats.contains(change.what));
    });
}

}  // namespace

TEST_CASE("a bundle with one value changed is refused, or what changed is no lie") {
    const std::string kind = GENERATE("Rekor 1 envelope", "Rekor 1 message", "Rekor 2 envelope", "Rekor 2 dsse envelope", "Rekor 2 message",
                                      "Rekor 1 envelope by key", "Rekor 2 message by key");
    const auto made = make(kind);
    const auto root = made.world.root();
    const auto good = verdict(made, root, made.bundle);
    REQUIRE_FALSE(good.facts.empty());
    for (const auto& change : world::json_changes(made.bundle)) {
        const auto found = verdict(made, root, change.text);
        CAPTURE(kind, change.place, change.what);
        if (found.facts.empty()) continue;
        CHECK(is_harmless(change));
        CHECK(found.facts == good.facts);
        if (change.what != "twice") CHECK(found.times <= good.times);
    }
}

TEST_CASE("a log's entry about something else is refused, though the log signed it") {
    const bool is_v2 = GENERATE(false, true);
    const bool is_message = GENERATE(false, true);
    const auto made = make(is_message ? "message" : "envelope");
    const auto& world = made.world;
    const auto root = world.root();
    const auto bundle_with = [&](const std::string& body) {
        const auto v1 = [&] { return world.v1_entry({.body = body, .kind = is_message ? "hashedrekord" : "dsse"}, world.v1_key); };
        return world.bundle({is_v2 ? world.v2_entry(body) : v1()}, {world.tsa.stamp(world.signature)});
    };
    const auto body = is_v2 ? world.v2_body() : world.v1_body();
    REQUIRE_FALSE(verdict(made, root, bundle_with(body)).facts.empty());
    for (const auto& change : world::json_changes(body)) {
        CAPTURE(is_v2, is_message, change.place, change.what);
        // A hash of the client's own JSON text, which no bundle has (sigstore-verification 4.1); the rest of the entry says the same.
        const bool is_of_text = change.place.starts_with("spec.envelopeHash");
        if (!is_of_text) CHECK(verdict(made, root, bundle_with(change.text)).facts.empty());
    }
}

TEST_CASE("a statement that was changed before it was signed is about something else, or says what it says") {
    auto made = make("envelope");
    auto& world = made.world;
    const auto payload = world.payload;
    const auto root = world.root();
    for (const auto& change : world::json_changes(payload)) {
        CAPTURE(change.place, change.what);
        world.payload = change.text;
        world.sign();
        const auto found = verdict(made, root, world.bundle({world.v1_entry()}, {}));
        if (found.facts.empty()) continue;
        // The predicate's type is told; what the predicate says is nobody's business here, and a subject may be named and stand there
        // twice.
        const bool is_told = change.place == "predicateType";
        CHECK((is_told || change.place.starts_with("predicate") || (change.place == "subject[0]" && change.what == "twice")));
        if (is_told) CHECK(found.facts.find("https://sigstore.dev/cosign/sign/v1|") == std::string::npos);
    }
}
