// Collects the evidence about a manifest until it satisfies a rule: from memory, in one flight for all who ask, from all places at once
// (design 7). What was learned stays; what could not be seen is not remembered.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "proxy/background.h"
#include "proxy/evidence_record.h"
#include "proxy/flights.h"
#include "proxy/policy.h"
#include "proxy/trust_store.h"
#include "registry/upstream.h"

namespace proxy {

struct Collected {
    SharedEvidence evidence;
    std::size_t tried = 0;  // candidates looked at in this flight
    MemoryCache::Since asked;
};

// What all threads share.
class EvidenceStore {
public:
    struct Times {
        std::chrono::milliseconds keep;      // evidence_ttl: older evidence is collected anew; 0: always
        std::chrono::milliseconds negative;  // negative_ttl: of a listing whose rule is not satisfied
    };
    EvidenceStore(MemoryCache& memory, Times times, base::Clock clock) : memory_(memory), times_(times), clock_(std::move(clock)) {}

    [[nodiscard]] MemoryCache::Since since(const std::string& repository) const { return memory_.since(repository); }
    [[nodiscard]] SharedEvidence find(const std::string& repository, const base::Digest& subject) const;  // however old
    [[nodiscard]] bool is_fresh(const Evidence& evidence) const;             // within evidence_ttl
    [[nodiscard]] bool denial_is_fresh(const Evidence& evidence) const;      // within negative_ttl
    void keep(const std::string& repository, const base::Digest& subject, const SharedEvidence& evidence, MemoryCache::Since asked);

    [[nodiscard]] Flights<Collected>& flights() { return flights_; }
    [[nodiscard]] base::Time now() const { return clock_(); }
    [[nodiscard]] static std::string key(const std::string& repository, const base::Digest& subject);

private:
    MemoryCache& memory_;
    const Times times_;
    const base::Clock clock_;
    Flights<Collected> flights_;
};

struct Question {
    std::string canonical;                // of the repository
    registry::RepositoryName repository;  // as the upstream knows it
    base::Digest subject;
    const PolicyRule& rule;
    Flights<Collected>::Ticket begun = {};  // of prepare(): its result is used, so that one request never looks twice
    std::shared_ptr<const void> prepared = {};  // held by the flights that prepare() began, which are counted by it
};

struct Findings {
    SharedEvidence evidence;  // null: nobody could look in time
    std::vector<SignerFact> facts;
    Evaluation evaluation;
    std::size_t tried = 0;
};

// One thread's side of one upstream.
class Collector {
public:
    Collector(registry::Upstream& upstream, http::asio::thread_pool& workers, Background& background, EvidenceStore& store,
              const TrustStore& trust)
        : finder_(upstream), workers_(workers), background_(background), store_(store), trust_(trust) {}

    // Looks at `budget` candidates at most.
    http::asio::awaitable<Findings> satisfy(Question question, std::size_t budget, base::Deadline deadline);
    [[nodiscard]] std::vector<NamedRoot> roots_of(const PolicyRule& rule) const { return trust_.all(rule.trust); }
    // Begins to look where nothing is known yet, for a question that will follow. Null where that is not needed, or enough is under way.
    [[nodiscard]] Flights<Collected>::Ticket prepare(Question question, std::size_t budget);

private:
    [[nodiscard]] Flights<Collected>::Ticket enter(const Question& question, SharedEvidence previous, std::size_t budget);
    http::asio::awaitable<Collected> collect(Question question, SharedEvidence previous, std::size_t budget, MemoryCache::Since asked);
    http::asio::awaitable<std::shared_ptr<Evidence>> begin(const Question& question, const SharedEvidence& previous,
                                                           base::Deadline deadline);
    http::asio::awaitable<void> examine(const Question& question, std::span<const NamedRoot> roots, CandidateRecord& record,
                                        Listing& sources, base::Deadline deadline);
    [[nodiscard]] Findings assess(const Question& question, SharedEvidence evidence) const;
    [[nodiscard]] bool must_list_again(const Evidence& evidence) const;
    [[nodiscard]] bool has_untried(const Question& question, const Evidence& evidence) const;

    EvidenceFinder finder_;
    http::asio::thread_pool& workers_;
    Background& background_;
    EvidenceStore& store_;
    const TrustStore& trust_;
    std::shared_ptr<const void> prepared_ = std::make_shared<const char>();  // Question::prepared
};

// The place could not be looked at, so what is there is unknown; every other error is a fault of what was found.
[[nodiscard]] bool could_not_look(const base::Error& error);

}  // namespace proxy
