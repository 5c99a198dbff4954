#include "proxy/decision.h"

#include <set>

#include "test/support/catch.h"

using namespace proxy;

TEST_CASE("a refusal is one ASCII line that names image, policy, reason and decision") {
    Decision decision;
    decision.policy = "acme";
    decision.reason = "signed by m\xC3\xA4llory\r\nX: 1";
    const auto text = refusal_text(decision, "ghcr.io/acme/app@0123456789ab", "d1");
    CHECK(text == "countersign: ghcr.io/acme/app@0123456789ab refused by policy acme: signed by m??llory??X: 1; decision d1");
    decision.verdict = Verdict::undecided;
    decision.reason = "referrers: 500";
    CHECK(refusal_text(decision, "r/x:v1", "d2") == "countersign: r/x:v1 cannot be judged under policy acme: referrers: 500; decision d2");
}

TEST_CASE("a decision waits as long as the most patient source asks") {
    Decision decision;
    CHECK_FALSE(retry_after(decision).has_value());
    decision.sources.push_back(SourceReport{"referrers", SourceState::failed, "429", std::chrono::seconds(9)});
    decision.sources.push_back(SourceReport{"fallback tag", SourceState::failed, "500", std::nullopt});
    CHECK(retry_after(decision) == std::chrono::seconds(9));
    decision.sources.push_back(SourceReport{"other", SourceState::failed, "429", std::chrono::seconds(30)});
    CHECK(retry_after(decision) == std::chrono::seconds(30));
}

TEST_CASE("decision ids do not repeat") {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(new_decision_id());
    CHECK(seen.size() == 1000);
    CHECK(seen.begin()->size() == 16);
}

TEST_CASE("a decision begins as a denial") {
    CHECK(Decision().verdict == Verdict::denied);
    CHECK(to_string(Verdict::undecided) == "undecided");
    CHECK(to_string(Basis::index) == "index");
    CHECK(to_string(SourceState::failed) == "failed");
}
