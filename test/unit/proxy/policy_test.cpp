#include "proxy/policy.h"

#include <algorithm>

#include "test/support/catch.h"

namespace proxy {
namespace {

using namespace std::chrono_literals;

const std::string kIssuer = "https://accounts.example";
const base::Time kNow = base::parse_rfc3339("2026-11-24T12:00:00Z").value();

SignerRule signer(std::string name, std::string_view subject, std::string_view issuer = kIssuer) {
    return SignerRule{std::move(name), {sigstore::StringMatcher::glob(issuer).value(), sigstore::StringMatcher::glob(subject).value()}};
}

SignerFact fact(std::string subject, std::string issuer = kIssuer) {
    return SignerFact{std::move(issuer), std::move(subject), std::string(kSignaturePredicate), "local"};
}

PolicyRule rule(std::vector<SignerRule> signers, std::size_t required = 1) {
    PolicyRule result;
    result.name = "p";
    result.trust = {"local"};
    result.signers = std::move(signers);
    result.required_signers = required;
    return result;
}

PolicyRule exception(PolicyAction action, std::string reason = {}) {
    PolicyRule result;
    result.name = "p";
    result.action = action;
    result.reason = std::move(reason);
    return result;
}

PolicyRule named(std::string name, std::vector<std::string> patterns) {
    PolicyRule result;
    result.name = std::move(name);
    for (const auto& text : patterns) result.repositories.push_back(RepositoryPattern::parse(text).value());
    return result;
}

using Facts = std::vector<SignerFact>;

// Both answers to the same question.
Evaluation judged(const PolicyRule& rule, const Facts& facts, base::Time now) {
    auto evaluation = evaluate(rule, facts, now);
    CHECK(is_satisfied(rule, facts, now) == evaluation.satisfied);
    return evaluation;
}

}  // namespace

TEST_CASE("evaluate is satisfied by a signature of an accepted signer") {
    const auto result =
        judged(rule({signer("a", "alice@acme.example")}), Facts{fact("mallory@evil.example"), fact("alice@acme.example")}, kNow);
    CHECK(result.satisfied);
    CHECK(result.by_signatures);
    REQUIRE(result.matches.size() == 1);
    CHECK(result.matches[0].signer == "a");
    CHECK(result.matches[0].fact == 1);
    CHECK(result.reason == "signed by alice@acme.example (https://accounts.example)");
}

TEST_CASE("evaluate refuses whatever is not a signature of an accepted signer under an accepted trust") {
    const auto accepted = rule({signer("a", "alice@acme.example")});
    const auto [name, facts, reason] = GENERATE_COPY(table<std::string, Facts, std::string>({
        {"nothing", {}, "no valid signature"},
        {"another subject",
         {fact("mallory@evil.example")},
         "signed by mallory@evil.example (https://accounts.example), not by an accepted signer"},
        {"the subject as a part",
         {fact("alice@acme.example.evil")},
         "signed by alice@acme.example.evil (https://accounts.example), not by an accepted signer"},
        {"another issuer",
         {fact("alice@acme.example", "https://evil.example")},
         "signed by alice@acme.example (https://evil.example), whose issuer is not the accepted one"},
        {"an attestation",
         {{kIssuer, "alice@acme.example", "https://slsa.dev/provenance/v1", "local"}},
         "no signature, only statements of type https://slsa.dev/provenance/v1, which are none"},
        {"a predicate type that only begins like a signature's",
         {{kIssuer, "alice@acme.example", std::string(kSignaturePredicate) + "x", "local"}},
         "no signature, only statements of type https://sigstore.dev/cosign/sign/v1x, which are none"},
        {"another trust",
         {{kIssuer, "alice@acme.example", std::string(kSignaturePredicate), "other"}},
         "signed by alice@acme.example (https://accounts.example), but under trust other, which this policy does not "
         "accept"},
        {"issuer and subject from two signatures",
         {fact("alice@acme.example", "https://evil.example"), fact("mallory@evil.example")},
         "signed by alice@acme.example (https://evil.example), whose issuer is not the accepted one"},
    }));
    CAPTURE(name);
    const auto result = judged(accepted, facts, kNow);
    CHECK_FALSE(result.satisfied);
    CHECK_FALSE(result.by_signatures);
    CHECK(result.matches.empty());
    CHECK(result.reason == reason);
}

TEST_CASE("require counts distinct signers") {
    const std::vector<SignerRule> three = {signer("a", "alice@x"), signer("b", "bob@x"), signer("c", "carol@x")};
    const auto [name, facts, required, satisfied] = GENERATE_COPY(table<std::string, Facts, std::size_t, bool>({
        {"any: one of three", {fact("bob@x")}, 1, true},
        {"two: one of three", {fact("bob@x")}, 2, false},
        {"two: two of three", {fact("bob@x"), fact("carol@x")}, 2, true},
        {"two: the same one twice", {fact("bob@x"), fact("bob@x")}, 2, false},
        {"two: one accepted, one not", {fact("bob@x"), fact("mallory@x")}, 2, false},
        {"all: two of three", {fact("alice@x"), fact("carol@x")}, 3, false},
        {"all: three of three, in another order", {fact("carol@x"), fact("alice@x"), fact("bob@x")}, 3, true},
    }));
    CAPTURE(name);
    CHECK(judged(rule(three, required), facts, kNow).satisfied == satisfied);
}

TEST_CASE("One identity is one signer, however many rules it fits") {
    const auto overlapping = rule({signer("team", "*@acme.example"), signer("alice", "alice@acme.example")}, 2);
    const auto alone = judged(overlapping, Facts{fact("alice@acme.example"), fact("alice@acme.example")}, kNow);
    CHECK_FALSE(alone.satisfied);
    CHECK(alone.reason == "1 of 2 required signers, not shown: alice (one identity counts once)");
    // Whoever comes first, each takes the rule that leaves the other one room.
    CHECK(judged(overlapping, Facts{fact("alice@acme.example"), fact("bob@acme.example")}, kNow).satisfied);
    CHECK(judged(overlapping, Facts{fact("bob@acme.example"), fact("alice@acme.example")}, kNow).satisfied);
    CHECK_FALSE(judged(overlapping, Facts{fact("bob@acme.example"), fact("carol@acme.example")}, kNow).satisfied);
}

TEST_CASE("One rule is one signer, however many identities fit it") {
    const auto two = rule({signer("team", "*@acme.example"), signer("robot", "robot@x")}, 2);
    const auto result = judged(two, Facts{fact("alice@acme.example"), fact("bob@acme.example")}, kNow);
    CHECK_FALSE(result.satisfied);
    CHECK(result.reason == "1 of 2 required signers, not shown: robot");
}

TEST_CASE("The same subject under another issuer is another identity") {
    const auto two = rule({signer("a", "alice@x", "https://one.example"), signer("b", "alice@x", "https://two.example")}, 2);
    CHECK(judged(two, Facts{fact("alice@x", "https://one.example"), fact("alice@x", "https://two.example")}, kNow).satisfied);
}

TEST_CASE("An attestation does not complete a set of signatures") {
    const auto two = rule({signer("a", "alice@x"), signer("b", "bob@x")}, 2);
    CHECK_FALSE(judged(two, Facts{fact("alice@x"), {kIssuer, "bob@x", "https://slsa.dev/provenance/v1", "local"}}, kNow).satisfied);
}

TEST_CASE("A rule that demands nothing is satisfied by nothing") {
    CHECK_FALSE(judged(rule({}, 0), Facts{}, kNow).satisfied);
    CHECK_FALSE(judged(rule({}, 0), Facts{fact("alice@x")}, kNow).satisfied);
    CHECK_FALSE(judged(rule({}, 1), Facts{fact("alice@x")}, kNow).satisfied);
}

TEST_CASE("allow and deny decide whoever signed, and lend nothing") {
    const auto allowed = judged(exception(PolicyAction::allow, "reviewed by hand"), Facts{}, kNow);
    CHECK(allowed.satisfied);
    CHECK_FALSE(allowed.by_signatures);
    CHECK(allowed.reason == "allowed without a signature: reviewed by hand");
    const auto denied = judged(exception(PolicyAction::deny), Facts{fact("alice@x")}, kNow);
    CHECK_FALSE(denied.satisfied);
    CHECK(denied.reason == "denied");
}

TEST_CASE("A policy is good on its last day and denies after it") {
    const auto [time, satisfied] = GENERATE(table<std::string, bool>({
        {"2027-03-30T12:00:00Z", true},
        {"2027-03-31T00:00:00Z", true},
        {"2027-03-31T23:59:59.999999999Z", true},
        {"2027-04-01T00:00:00Z", false},
        {"2027-04-01T01:00:00+02:00", true},  // still the 31st in UTC
        {"2028-01-01T00:00:00Z", false},
    }));
    CAPTURE(time);
    auto allowing = exception(PolicyAction::allow, "reviewed");
    allowing.expires = std::chrono::year{2027} / 3 / 31;
    auto verifying = rule({signer("a", "alice@x")});
    verifying.expires = allowing.expires;
    const auto now = base::parse_rfc3339(time).value();
    CHECK(judged(allowing, Facts{}, now).satisfied == satisfied);
    CHECK(judged(verifying, Facts{fact("alice@x")}, now).satisfied == satisfied);
    if (!satisfied) CHECK(judged(allowing, Facts{}, now).reason == "the policy expired after 2027-03-31: reviewed");
}

TEST_CASE("A reason is one bounded line of printable ASCII, whatever the certificate says") {
    const auto accepted = rule({signer("a", "alice@x")});
    const auto hostile =
        judged(accepted, Facts{fact("evil\r\nHTTP/1.1 200 OK\xff\x1b[31m" + std::string(5000, 'x'), std::string(5000, 'i'))}, kNow);
    CHECK(hostile.reason.size() <= 400);
    CHECK(std::ranges::all_of(hostile.reason, [](char c) { return c >= 0x20 && c <= 0x7e; }));
    CHECK(hostile.reason.starts_with("signed by evil??HTTP/1.1 200 OK??[31mxxx"));
    std::vector<SignerRule> many;
    for (int i = 0; i < 64; ++i) many.push_back(signer(std::string(60, 'n') + std::to_string(i), "nobody" + std::to_string(i) + "@x"));
    many.push_back(signer("a", "alice@x"));
    CHECK(judged(rule(many, 65), Facts{fact("alice@x")}, kNow).reason.size() <= 400);
}

TEST_CASE("a day that no clock reaches is neither wrapped into the past nor into the future") {
    auto rule = exception(PolicyAction::allow);
    rule.expires = std::chrono::year(9999) / 12 / 31;
    CHECK_FALSE(has_expired(rule, kNow));
    CHECK(expiry_warning(rule, kNow).empty());
    rule.expires = std::chrono::year(1600) / 1 / 1;
    CHECK(has_expired(rule, kNow));
    CHECK(expiry_warning(rule, kNow) == "policy p expired after 1600-01-01 and denies");
}

TEST_CASE("expiry_warning speaks up 30 days before, and after") {
    auto allowing = exception(PolicyAction::allow);
    CHECK(expiry_warning(allowing, kNow).empty());
    allowing.expires = std::chrono::year{2026} / 12 / 31;
    CHECK(expiry_warning(allowing, kNow).empty());
    allowing.expires = std::chrono::year{2026} / 12 / 6;
    CHECK(expiry_warning(allowing, kNow) == "policy p expires after 2026-12-06 (12 days left) and denies then");
    allowing.expires = std::chrono::year{2026} / 11 / 24;
    CHECK(expiry_warning(allowing, kNow) == "policy p expires after 2026-11-24 (0 days left) and denies then");
    allowing.expires = std::chrono::year{2026} / 11 / 23;
    CHECK(expiry_warning(allowing, kNow) == "policy p expired after 2026-11-23 and denies");
}

TEST_CASE("One rule decides: the most specific pattern, then the one written first") {
    const PolicyTable table(
        {named("everything", {"**"}), named("all-of-acme", {"ghcr.io/acme/**"}), named("acme", {"ghcr.io/acme/*", "quay.io/acme/*"}),
         named("app", {"ghcr.io/acme/app"}), named("first", {"docker.io/a*/x"}), named("second", {"docker.io/a*/x", "docker.io/*b/x"})},
        PolicyAction::deny);
    const auto [name, decided] = GENERATE(Catch::Generators::table<std::string, std::string>({
        {"ghcr.io/acme/app", "app"},
        {"ghcr.io/acme/tool", "acme"},
        {"quay.io/acme/tool", "acme"},
        {"ghcr.io/acme/team/tool", "all-of-acme"},
        {"ghcr.io/other/tool", "everything"},
        {"docker.io/ab/x", "first"},
        {"docker.io/cb/x", "second"},
    }));
    CAPTURE(name);
    CHECK(table.rule_for(name).name == decided);
}

TEST_CASE("Without a rule the default decides") {
    const PolicyTable denying({named("acme", {"ghcr.io/acme/**"})}, PolicyAction::deny);
    const auto& denied = denying.rule_for("quay.io/acme/app");
    CHECK(denied.name == "default");
    CHECK_FALSE(judged(denied, Facts{fact("alice@x")}, kNow).satisfied);
    CHECK(judged(denied, Facts{}, kNow).reason == "denied: no policy names this repository");
    const PolicyTable allowing({}, PolicyAction::allow);
    const auto result = judged(allowing.rule_for("quay.io/acme/app"), Facts{}, kNow);
    CHECK(result.satisfied);
    CHECK_FALSE(result.by_signatures);
}

TEST_CASE("Modes and actions are spelled as in the configuration") {
    CHECK(to_string(PolicyMode::enforce) == "enforce");
    CHECK(to_string(PolicyMode::audit) == "audit");
    CHECK(to_string(PolicyAction::verify) == "verify");
    CHECK(to_string(PolicyAction::allow) == "allow");
    CHECK(to_string(PolicyAction::deny) == "deny");
}

}  // namespace proxy
