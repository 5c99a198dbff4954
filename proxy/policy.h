// Policy: which rule decides about a repository, and whether facts satisfy it. Pure: no I/O, no clock, no cache; runs
// on every request, so a reload or an exception's expiry takes effect at the next one (design 7).
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "proxy/repository_pattern.h"
#include "sigstore/identity.h"

namespace proxy {

enum class PolicyMode { enforce, audit };
enum class PolicyAction { verify, allow, deny };

[[nodiscard]] std::string_view to_string(PolicyMode mode);
[[nodiscard]] std::string_view to_string(PolicyAction action);

struct SignerRule {
    std::string name;
    sigstore::IdentityRule identity;
};

struct PolicyRule {
    std::string name;
    std::vector<RepositoryPattern> repositories;
    PolicyMode mode = PolicyMode::enforce;
    PolicyAction action = PolicyAction::verify;
    std::vector<std::string> trust;  // names of [trust.*]; facts under another trust do not count
    std::vector<SignerRule> signers;
    std::size_t required_signers = 1;                    // `require`: any is 1, all is signers.size()
    std::string reason;                                  // of an exception, as written; printable ASCII
    std::optional<std::chrono::year_month_day> expires;  // the last day (UTC) on which the rule can be satisfied
};

// What verification found out about one bundle: sigstore::VerifiedSignature as far as policy looks at it, and the trust
// it holds under.
struct SignerFact {
    std::string issuer;
    std::string subject;
    std::string predicate_type;
    std::string trust;
};

// An attestation never counts as a signature: only statements of this type do.
inline constexpr std::string_view kSignaturePredicate = "https://sigstore.dev/cosign/sign/v1";

struct SignerMatch {
    std::string signer;  // SignerRule::name
    std::size_t fact;    // index into the facts that were given
};

struct Evaluation {
    bool satisfied = false;
    // True if signatures decided (action verify): only this can be lent to the children of an index.
    bool by_signatures = false;
    std::string reason;  // one line of printable ASCII, at most 400 characters; fit for a log, a message, a reason phrase
    std::vector<SignerMatch> matches;  // distinct signers shown by distinct identities
};

[[nodiscard]] Evaluation evaluate(const PolicyRule& rule, std::span<const SignerFact> facts, base::Time now);

// Evaluation::satisfied, without saying why: allocates nothing.
[[nodiscard]] bool is_satisfied(const PolicyRule& rule, std::span<const SignerFact> facts, base::Time now);

// `expires` is the last good day: after it nothing can satisfy the rule, whatever signatures there are.
[[nodiscard]] bool has_expired(const PolicyRule& rule, base::Time now);

// "policy base-images allows until 2027-03-31, 12 days left": empty unless the rule has expired or does within 30 days.
[[nodiscard]] std::string expiry_warning(const PolicyRule& rule, base::Time now);

class PolicyTable {
public:
    PolicyTable(std::vector<PolicyRule> rules, PolicyAction default_action);

    // The one rule that decides (design 7): the most specific pattern, then the one written first; else the default,
    // named "default".
    [[nodiscard]] const PolicyRule& rule_for(std::string_view canonical_name) const;
    [[nodiscard]] const std::vector<PolicyRule>& rules() const { return rules_; }

private:
    struct Entry {
        RepositoryPattern pattern;
        std::size_t rule;
    };
    std::vector<PolicyRule> rules_;
    PolicyRule default_;
    std::vector<Entry> entries_;  // most specific first; equal ones in the order of the file
};

}  // namespace proxy
