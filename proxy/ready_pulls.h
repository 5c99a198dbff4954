// Pulls by digest that are answered from memory at once: the manifest is cached, and facts that are cached satisfy the rule now. Each
// request evaluates the policy anew (design 7); what it takes is prepared when a pull first went the long way. One object per thread.
//
// Nothing is kept here: when the manifest or the evidence leaves the memory, is replaced, or grows old, the pull goes the long way again,
// even while somebody still holds the item; and so does every pull that is not simply allowed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "http/server.h"
#include "proxy/collector.h"
#include "proxy/decision_log.h"
#include "proxy/line_buffer.h"
#include "proxy/manifest_cache.h"
#include "proxy/shared_state.h"

namespace proxy {

class ReadyPulls final : public http::ReadyAnswers {
public:
    ReadyPulls(SharedState& shared, LogBuffers& logs) : shared_(shared), logs_(logs) {}  // both outlive it

    // An allowed pull by digest of a client that may pull; `record` is what was written about it.
    void learn(std::string_view authority, std::string_view target, const SharedManifest& manifest, const PolicyRule& rule,
               const DecisionRecord& record, std::string_view upstream);

    [[nodiscard]] std::optional<http::ReadyAnswer> find(const http::RequestView& request) override;
    void sent(const http::ReadyAnswer& answer, std::string_view peer, std::uint64_t body_bytes) override;

private:
    struct Pull {
        std::weak_ptr<const CachedManifest> manifest;
        std::weak_ptr<const Evidence> evidence;  // of what satisfied the rule, where that is signatures
        std::vector<SignerFact> facts;
        Basis basis = Basis::rule;
        const PolicyRule* rule = nullptr;  // of the configuration, which outlives this object
        std::string target;                // without its query
        std::string repository;
        std::string upstream;
        std::string decision;  // DecisionLog::prepare()
        std::size_t cost = 0;  // bytes, with the key
    };
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    using Pulls = std::unordered_map<std::string, std::shared_ptr<const Pull>, Hash, std::equal_to<>>;
    void remove(Pulls::iterator pull);
    [[nodiscard]] const std::string& key(std::string_view authority, std::string_view target);
    [[nodiscard]] bool still_allowed(const Pull& pull, base::Time now) const;
    void write_lines(const Pull& pull, const http::ReadyAnswer& answer, std::string_view peer, std::uint64_t body_bytes);

    SharedState& shared_;
    LogBuffers& logs_;
    Pulls pulls_;
    std::size_t bytes_ = 0;  // of pulls_
    std::string key_;  // keeps its room
};

}  // namespace proxy
