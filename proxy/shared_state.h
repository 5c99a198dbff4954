// What all threads of a running gate share. Everything is immutable, or a class with a lock of its own.
#pragma once

#include <memory>
#include <vector>

#include "base/time.h"
#include "http/async.h"
#include "proxy/access_log.h"
#include "proxy/collector.h"
#include "proxy/config.h"
#include "proxy/decision_log.h"
#include "proxy/grants.h"
#include "proxy/index_edges.h"
#include "proxy/log.h"
#include "proxy/manifest_cache.h"
#include "proxy/memory_cache.h"
#include "proxy/policy.h"
#include "proxy/trust_store.h"
#include "proxy/upstream_table.h"
#include "registry/tokens.h"
#include "registry/upstream.h"

namespace proxy {

struct UpstreamShare {
    std::shared_ptr<const registry::UpstreamConfig> config;
    std::shared_ptr<registry::TokenCache> tokens;
};

struct SharedState {
    SharedState(Config configuration, TrustStore trust_store, std::vector<UpstreamShare> upstream_shares, Log operational_log,
                AccessLog access_log, DecisionLog decision_log, base::Clock wall_clock)
        : config(std::move(configuration)),
          policies(config.policies, config.default_action),
          grants(config.clients.grants),
          trust(std::move(trust_store)),
          destinations(config.upstreams),
          upstreams(std::move(upstream_shares)),
          log(std::move(operational_log)),
          access(std::move(access_log)),
          decisions(std::move(decision_log)),
          clock(std::move(wall_clock)),
          memory(config.cache.memory),
          manifests(memory, ManifestStore::Times{config.cache.evidence_ttl}, clock),
          evidence(memory, EvidenceStore::Times{config.cache.evidence_ttl, config.cache.negative_ttl}, clock) {}
    SharedState(const SharedState&) = delete;
    SharedState& operator=(const SharedState&) = delete;

    const Config config;
    const PolicyTable policies;
    const Grants grants;
    const TrustStore trust;
    const UpstreamTable destinations;            // refers to config
    const std::vector<UpstreamShare> upstreams;  // in the order of config.upstreams
    const Log log;
    const AccessLog access;
    const DecisionLog decisions;
    const base::Clock clock;
    IndexEdges edges;
    MemoryCache memory;
    ManifestStore manifests;
    EvidenceStore evidence;
};

}  // namespace proxy
