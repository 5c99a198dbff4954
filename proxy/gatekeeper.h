// From a manifest's bytes to a decision: which rule, which evidence, does it satisfy (design 7). One object per thread and upstream; the
// shared state behind it is immutable or locks itself. Nothing here serves bytes, and nothing here asks for the manifest again.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "proxy/decision.h"
#include "proxy/evidence.h"
#include "proxy/index_edges.h"
#include "proxy/policy.h"
#include "proxy/trust_store.h"
#include "registry/upstream.h"

namespace proxy {

struct Asked {
    std::string canonical;                // ghcr.io/acme/app
    registry::RepositoryName repository;  // as the upstream knows it: acme/app
    registry::Reference reference;
};

class Gatekeeper {
public:
    struct Shared {
        const PolicyTable& policies;
        const TrustStore& trust;
        IndexEdges& edges;
        base::Clock clock;
    };
    Gatekeeper(registry::Upstream& upstream, http::asio::thread_pool& workers, Shared shared);

    // `manifest` must outlive the await. Never fails: what cannot be looked at is undecided, and undecided is not allowed.
    http::asio::awaitable<Decision> decide(Asked asked, const registry::Manifest& manifest, base::Deadline deadline);

private:
    // One request's work, bounded as a whole: a child and all indexes that could lend to it share one budget.
    struct Judging {
        const PolicyRule& rule;
        base::Deadline deadline;
        std::size_t candidates_left = EvidenceLimits().tried;
        std::set<base::Digest> indexes{};  // judged or being judged
    };
    http::asio::awaitable<Decision> judge(const Asked& asked, Judging& judging, const registry::Manifest& manifest, int depth);
    http::asio::awaitable<Decision> judge_by_signatures(const Asked& asked, Judging& judging, base::Digest subject);
    http::asio::awaitable<Decision> judge_by_index(const Asked& asked, Judging& judging, base::Digest index, base::Digest child, int depth);
    http::asio::awaitable<void> prove_inert(const Asked& asked, const registry::Manifest& manifest, base::Deadline deadline,
                                            Decision& decision);
    http::asio::awaitable<CandidateReport> examine(const Asked& asked, const Judging& judging, base::Digest subject, Candidate candidate,
                                                   Listing& listing, std::vector<SignerFact>& facts);

    registry::Upstream& upstream_;
    http::asio::thread_pool& workers_;
    Shared shared_;
    EvidenceFinder finder_;
};

}  // namespace proxy
