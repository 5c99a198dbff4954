#include "proxy/policy.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <utility>

namespace proxy {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr std::size_t kIdentityLimit = 120;
constexpr std::size_t kReasonLimit = 400;
constexpr days kWarnBefore{30};

// Identities come from certificates: whatever is in them, the reason stays one line of printable ASCII.
std::string printable(std::string_view text, std::size_t limit) {
    std::string result(text.substr(0, limit));
    std::ranges::replace_if(result, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return text.size() > limit ? result + "..." : result;
}

std::string date_text(std::chrono::year_month_day date) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()));
    return text.data();
}

// In days: a date can be one that base::Time cannot hold (years 1678 to 2261), and would come out of it as another.
days days_left(std::chrono::year_month_day last, base::Time now) { return sys_days(last) - std::chrono::floor<days>(now); }

bool counts(const PolicyRule& rule, const SignerFact& fact) {
    return fact.predicate_type == kSignaturePredicate && std::ranges::find(rule.trust, fact.trust) != rule.trust.end();
}

std::string identity_text(const SignerFact& fact) {
    return printable(fact.subject, kIdentityLimit) + " (" + printable(fact.issuer, kIdentityLimit) + ")";
}

// Signers and identities as a bipartite graph. `require` is over distinct signers: two rules that one identity fits are
// one signer, so what counts is the largest set of pairs in which each rule and each identity stands once (augmenting
// paths, Kuhn 1955).
// Bounded and without allocation: it runs on every request.
class SignerMatching {
public:
    SignerMatching(const PolicyRule& rule, std::span<const SignerFact> facts) : signers_(std::min(rule.signers.size(), kMost)) {
        for (std::size_t fact = 0; fact < facts.size() && identities_ < kMost; ++fact) {
            if (counts(rule, facts[fact])) add(rule, facts, fact);
        }
        for (std::size_t signer = 0; signer < signers_; ++signer) {
            visited_ = 0;
            if (place(signer)) ++size_;
        }
    }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool fits_somebody(std::size_t signer) const { return signer < signers_ && fitting_[signer] != 0; }
    [[nodiscard]] std::vector<std::pair<std::size_t, std::size_t>> pairs() const {  // (signer, fact), by signer
        std::vector<std::pair<std::size_t, std::size_t>> found;
        for (std::size_t identity = 0; identity < identities_; ++identity) {
            if (owner_[identity] != kNobody) found.emplace_back(owner_[identity], fact_[identity]);
        }
        std::ranges::sort(found);
        return found;
    }

private:
    // Signers of a rule and distinct identities looked at; what is beyond can only be missing, never wrongly there.
    static constexpr std::size_t kMost = 64;
    static constexpr std::size_t kNobody = static_cast<std::size_t>(-1);

    void add(const PolicyRule& rule, std::span<const SignerFact> facts, std::size_t fact) {
        for (std::size_t known = 0; known < identities_; ++known) {
            const auto& other = facts[fact_[known]];
            if (other.subject == facts[fact].subject && other.issuer == facts[fact].issuer) return;
        }
        for (std::size_t signer = 0; signer < signers_; ++signer) {
            if (!rule.signers[signer].identity.matches(facts[fact].issuer, facts[fact].subject)) continue;
            fitting_[signer] |= std::uint64_t{1} << identities_;
        }
        owner_[identities_] = kNobody;
        fact_[identities_++] = fact;
    }

    // Recursion is as deep as there are signers.
    bool place(std::size_t signer) {
        for (std::size_t identity = 0; identity < identities_; ++identity) {
            const auto bit = std::uint64_t{1} << identity;
            if ((fitting_[signer] & bit) == 0 || (visited_ & bit) != 0) continue;
            visited_ |= bit;
            if (owner_[identity] == kNobody || place(owner_[identity])) {
                owner_[identity] = signer;
                return true;
            }
        }
        return false;
    }

    std::size_t signers_;
    std::size_t identities_ = 0;
    std::size_t size_ = 0;
    std::uint64_t visited_ = 0;                // identities, as bits
    std::array<std::uint64_t, kMost> fitting_{};  // of each signer: identities, as bits
    std::array<std::size_t, kMost> owner_;        // identity -> signer
    std::array<std::size_t, kMost> fact_;         // identity -> its first fact
};

// A rule without signers does not load; if one came here all the same, it must not be satisfied by nothing.
bool has_enough(const PolicyRule& rule, const SignerMatching& matching) {
    return rule.required_signers > 0 && matching.size() >= rule.required_signers;
}

bool accepted_subject(const PolicyRule& rule, const SignerFact& fact) {
    return std::ranges::any_of(rule.signers, [&fact](const SignerRule& signer) { return signer.identity.subject.matches(fact.subject); });
}

// Nobody of the accepted signers signed: says who did, so that a person sees at once which side is wrong.
std::string nobody_text(const PolicyRule& rule, std::span<const SignerFact> facts) {
    if (facts.empty()) return "no valid signature";
    const auto signature = std::ranges::find(facts, kSignaturePredicate, &SignerFact::predicate_type);
    if (signature == facts.end()) {
        return "no signature, only statements of type " + printable(facts.front().predicate_type, kIdentityLimit) + ", which are none";
    }
    const auto counted = std::ranges::find_if(facts, [&rule](const SignerFact& fact) { return counts(rule, fact); });
    if (counted == facts.end()) {
        return "signed by " + identity_text(*signature) + ", but under trust " + printable(signature->trust, 64) +
               ", which this policy does not accept";
    }
    if (accepted_subject(rule, *counted)) return "signed by " + identity_text(*counted) + ", whose issuer is not the accepted one";
    return "signed by " + identity_text(*counted) + ", not by an accepted signer";
}

std::string too_few_text(const PolicyRule& rule, const SignerMatching& matching) {
    std::string missing;
    bool shared = false;
    const auto pairs = matching.pairs();
    for (std::size_t signer = 0; signer < rule.signers.size(); ++signer) {
        if (std::ranges::find(pairs, signer, &std::pair<std::size_t, std::size_t>::first) != pairs.end()) continue;
        missing += (missing.empty() ? "" : ", ") + rule.signers[signer].name;
        shared = shared || matching.fits_somebody(signer);
    }
    return std::to_string(matching.size()) + " of " + std::to_string(rule.required_signers) +
           " required signers, not shown: " + printable(missing, 200) + (shared ? " (one identity counts once)" : "");
}

Evaluation verify(const PolicyRule& rule, std::span<const SignerFact> facts) {
    const SignerMatching matching(rule, facts);
    Evaluation result;
    for (const auto& [signer, fact] : matching.pairs()) result.matches.push_back(SignerMatch{rule.signers[signer].name, fact});
    result.satisfied = has_enough(rule, matching);
    result.by_signatures = result.satisfied;
    if (result.satisfied) {
        result.reason = "signed by " + identity_text(facts[result.matches.front().fact]);
    } else {
        result.reason = matching.size() == 0 ? nobody_text(rule, facts) : too_few_text(rule, matching);
    }
    return result;
}

// Decided by the rule alone, whoever signed.
Evaluation by_rule(bool satisfied, std::string text, const PolicyRule& rule) {
    Evaluation result;
    result.satisfied = satisfied;
    result.reason = rule.reason.empty() ? std::move(text) : std::move(text) + ": " + rule.reason;
    return result;
}

Evaluation judge(const PolicyRule& rule, std::span<const SignerFact> facts, base::Time now) {
    if (has_expired(rule, now)) return by_rule(false, "the policy expired after " + date_text(*rule.expires), rule);
    if (rule.action == PolicyAction::allow) return by_rule(true, "allowed without a signature", rule);
    if (rule.action == PolicyAction::verify) return verify(rule, facts);
    return by_rule(false, "denied", rule);
}

PolicyRule default_rule(PolicyAction action) {
    PolicyRule rule;
    rule.name = "default";
    rule.action = action;
    rule.reason = "no policy names this repository";
    return rule;
}

}  // namespace

std::string_view to_string(PolicyMode mode) { return mode == PolicyMode::enforce ? "enforce" : "audit"; }

std::string_view to_string(PolicyAction action) {
    switch (action) {
        case PolicyAction::verify: return "verify";
        case PolicyAction::allow: return "allow";
        case PolicyAction::deny: return "deny";
    }
    return "unknown";
}

Evaluation evaluate(const PolicyRule& rule, std::span<const SignerFact> facts, base::Time now) {
    Evaluation result = judge(rule, facts, now);
    result.reason = printable(result.reason, kReasonLimit - 3);
    return result;
}

bool is_satisfied(const PolicyRule& rule, std::span<const SignerFact> facts, base::Time now) {
    if (has_expired(rule, now)) return false;
    if (rule.action != PolicyAction::verify) return rule.action == PolicyAction::allow;
    const SignerMatching matching(rule, facts);
    return has_enough(rule, matching);
}

bool has_expired(const PolicyRule& rule, base::Time now) { return rule.expires && days_left(*rule.expires, now) < days{0}; }

std::string expiry_warning(const PolicyRule& rule, base::Time now) {
    if (!rule.expires || days_left(*rule.expires, now) > kWarnBefore) return {};
    if (has_expired(rule, now)) return "policy " + rule.name + " expired after " + date_text(*rule.expires) + " and denies";
    return "policy " + rule.name + " expires after " + date_text(*rule.expires) + " (" +
           std::to_string(days_left(*rule.expires, now).count()) + " days left) and denies then";
}

PolicyTable::PolicyTable(std::vector<PolicyRule> rules, PolicyAction default_action)
    : rules_(std::move(rules)), default_(default_rule(default_action)) {
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
        for (const auto& pattern : rules_[rule].repositories) entries_.push_back(Entry{pattern, rule});
    }
    std::ranges::sort(entries_, [](const Entry& a, const Entry& b) {
        if (a.pattern.more_specific_than(b.pattern)) return true;
        return !b.pattern.more_specific_than(a.pattern) && a.rule < b.rule;
    });
}

const PolicyRule& PolicyTable::rule_for(std::string_view canonical_name) const {
    const auto found =
        std::ranges::find_if(entries_, [canonical_name](const Entry& entry) { return entry.pattern.matches(canonical_name); });
    return found == entries_.end() ? default_ : rules_[found->rule];
}

}  // namespace proxy
