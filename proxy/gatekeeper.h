// From a manifest's bytes to a decision: which rule, which evidence, does it satisfy (design 7). One object per thread and upstream; the
// shared state behind it is immutable or locks itself. Nothing here serves bytes, and nothing here asks for the manifest again.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "proxy/collector.h"
#include "proxy/decision.h"
#include "proxy/index_edges.h"
#include "proxy/manifest_cache.h"
#include "proxy/policy.h"
#include "registry/upstream.h"

namespace proxy {

struct Asked {
    std::string canonical;                // ghcr.io/acme/app
    registry::RepositoryName repository;  // as the upstream knows it: acme/app
    registry::Reference reference;
    Flights<Collected>::Ticket evidence = {};  // of prepare()
};

class Gatekeeper {
public:
    struct Parts {  // all outlive it
        registry::Upstream& upstream;
        http::asio::thread_pool& workers;
        Manifests& manifests;
        Collector& collector;
        const PolicyTable& policies;
        IndexEdges& edges;
        MemoryCache& memory;
        base::Clock clock;
    };
    explicit Gatekeeper(Parts parts) : parts_(std::move(parts)) {}

    // `manifest` must outlive the await. Never fails: what cannot be looked at is undecided, and undecided is not allowed.
    http::asio::awaitable<Decision> decide(Asked asked, const registry::Manifest& manifest, base::Deadline deadline);
    // Begins to collect evidence about a digest whose manifest is still being fetched.
    [[nodiscard]] Flights<Collected>::Ticket prepare(const Asked& asked, const base::Digest& subject);

private:
    // One request's work, bounded as a whole: a child and all indexes that could lend to it share one budget.
    struct Judging {
        const PolicyRule& rule;
        base::Deadline deadline;
        Flights<Collected>::Ticket begun;
        std::size_t candidates_left = EvidenceLimits().tried;
        std::set<base::Digest> indexes{};  // judged or being judged
    };
    http::asio::awaitable<Decision> judge(const Asked& asked, Judging& judging, const registry::Manifest& manifest, int depth);
    http::asio::awaitable<Decision> judge_by_signatures(const Asked& asked, Judging& judging, base::Digest subject);
    http::asio::awaitable<Decision> judge_by_index(const Asked& asked, Judging& judging, base::Digest index, base::Digest child, int depth);
    http::asio::awaitable<void> prove_inert(const Asked& asked, const registry::Manifest& manifest, base::Deadline deadline,
                                            Decision& decision);

    Parts parts_;
};

}  // namespace proxy
