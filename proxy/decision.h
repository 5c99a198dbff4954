// What the gate decided about one manifest, and everything needed to explain it to a person (design 7).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/policy.h"

namespace proxy {

class Evidence;

enum class Verdict {
    allowed,
    denied,     // looked everywhere, nothing satisfies: 403
    undecided,  // could not look: 503, never cached as a denial, never allowed
};

enum class Basis {
    signatures,       // the rule is satisfied by signatures of this manifest
    index,            // by those of an index that lists it
    inert,            // proven by content to be a signature, or a list that grants nothing (oci-proxying 5.4)
    rule,             // action = "allow" or "deny"
    not_satisfied,
    not_looked,       // a source failed
};

enum class SourceState { found, absent, failed };
struct SourceReport {
    std::string name;  // "referrers", "fallback tag"
    SourceState state;
    std::string problem;  // what could not be read, or why what is there does not count
    std::optional<std::chrono::seconds> retry_after{};  // where the registry said when to ask again
};

// One bundle that was looked at.
struct CandidateReport {
    std::string source;
    std::string artifact;  // digest of the artifact manifest
    bool verified = false;
    std::string trust;     // name of the trust that verified it
    std::string issuer;    // where verified
    std::string subject;   // where verified
    std::string reason;    // where not verified
};

// What an allowed decision by signatures stands on: evaluating the rule over these facts again gives the same answer, for as long as
// the evidence is kept.
struct Support {
    std::shared_ptr<const Evidence> evidence;  // null: not by signatures
    std::vector<SignerFact> facts;
};

struct Decision {
    Verdict verdict = Verdict::denied;
    Basis basis = Basis::not_satisfied;
    std::string policy;
    std::string reason;  // one line; empty where allowed by signatures
    std::vector<SourceReport> sources;
    std::vector<CandidateReport> candidates;
    std::string parent;  // digest of the index that lent its signatures
    Support support;
};

// The longest wait that a source asks for.
[[nodiscard]] std::optional<std::chrono::seconds> retry_after(const Decision& decision);

[[nodiscard]] std::string_view to_string(Verdict verdict);
[[nodiscard]] std::string_view to_string(Basis basis);
[[nodiscard]] std::string_view to_string(SourceState state);

// "countersign: <image> refused by policy <name>: <reason>; decision <id>": one ASCII line (design 7). `image` is <repo>@<12 hex>, or
// <repo>:<tag> where the bytes never came.
[[nodiscard]] std::string refusal_text(const Decision& decision, std::string_view image, std::string_view id);
// 16 hex digits, of which no two are alike.
class DecisionId {
public:
    [[nodiscard]] static DecisionId next();
    [[nodiscard]] std::string_view text() const { return {text_.data(), text_.size()}; }

private:
    std::array<char, 16> text_{};
};
[[nodiscard]] std::string new_decision_id();

}  // namespace proxy
