// What is known about the signatures of one manifest in one repository: candidates, what they turned out to be, where was looked. Facts,
// never a verdict (design 7). A record does not change once it is shared: who learns more publishes another.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "proxy/decision.h"
#include "proxy/evidence.h"
#include "proxy/memory_cache.h"
#include "proxy/policy.h"
#include "proxy/trust_store.h"

namespace proxy {

// What verifying a bundle against one trusted root gave. Holds for that trust material and no other.
struct Outcome {
    std::string trust_content;  // NamedRoot::content
    bool verified = false;
    SignerFact fact;     // where verified; without the trust's name, which is the configuration's
    std::string reason;  // where not
};

struct CandidateRecord {
    Candidate candidate;
    std::shared_ptr<const base::Bytes> bundle;  // null: not fetched, or not to be had
    std::string fault;                          // what is wrong with the artifact itself, whatever the trust
    std::vector<Outcome> outcomes;

    [[nodiscard]] const Outcome* under(const NamedRoot& root) const;
    // The root under which it verified, and what it says there; null where none did so far.
    [[nodiscard]] const NamedRoot* verified_by(std::span<const NamedRoot> roots) const;
    // Nothing more can be learned from it under these roots.
    [[nodiscard]] bool is_settled(std::span<const NamedRoot> roots) const;
    [[nodiscard]] CandidateReport report(std::span<const NamedRoot> roots) const;
};

class Evidence final : public CacheItem {
public:
    // Of a new listing; what `previous` knows about the same artifacts is kept.
    Evidence(Listing listing, base::Time listed_at, const Evidence* previous);

    base::Time listed;
    Listing sources;  // without its candidates
    std::vector<CandidateRecord> candidates;

    [[nodiscard]] std::vector<SignerFact> facts(std::span<const NamedRoot> roots) const;
    [[nodiscard]] std::vector<CandidateReport> reports(std::span<const NamedRoot> roots) const;  // of the settled ones
    [[nodiscard]] std::size_t settled(std::span<const NamedRoot> roots) const;
    [[nodiscard]] std::size_t cost() const;  // bytes
};
using SharedEvidence = std::shared_ptr<const Evidence>;

}  // namespace proxy
