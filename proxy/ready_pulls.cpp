#include "proxy/ready_pulls.h"

#include <algorithm>

#include "proxy/accept.h"

namespace proxy {
namespace {

// Of one thread.
constexpr std::size_t kMostBytes = 4 * 1024 * 1024;
constexpr std::size_t kLargestPull = 64 * 1024;

// A manifest's target is its path, perhaps with the ns parameter: others say the same at greater length.
bool is_usual(std::string_view target) {
    const auto query = target.find('?');
    return query == std::string_view::npos ||
           (target.substr(query + 1).starts_with("ns=") && target.find('&', query) == std::string_view::npos);
}

bool accepts(const http::RequestView& request, std::string_view media_type) {
    bool any = false;
    for (const auto& field : request.fields) {
        if (!http::names_equal(field.name, "accept")) continue;
        any = true;
        if (accepts_by(field.value, media_type)) return true;
    }
    return !any;
}

}  // namespace

const std::string& ReadyPulls::key(std::string_view authority, std::string_view target) {
    key_.assign(authority).append(" ").append(target);
    return key_;
}

void ReadyPulls::learn(std::string_view authority, std::string_view target, const SharedManifest& manifest, const PolicyRule& rule,
                       const DecisionRecord& record, std::string_view upstream) {
    const auto& decision = record.decision;
    if (decision.verdict != Verdict::allowed || manifest->answer_head.empty() || !is_usual(target)) return;
    auto pull = std::make_shared<Pull>();
    pull->manifest = manifest;
    pull->evidence = decision.support.evidence;
    pull->facts = decision.support.facts;
    pull->basis = decision.basis;
    pull->rule = &rule;
    pull->target = target.substr(0, target.find('?'));
    pull->repository = record.name;
    pull->upstream = upstream;
    pull->decision = shared_.decisions.prepare(record);
    const auto& name = key(authority, target);
    pull->cost = sizeof(Pull) + 256 + name.size() + pull->target.size() + pull->repository.size() + pull->decision.size();
    for (const auto& fact : pull->facts) pull->cost += sizeof fact + fact.issuer.size() + fact.subject.size() + fact.predicate_type.size();
    if (pull->cost > kLargestPull) return;
    if (const auto known = pulls_.find(name); known != pulls_.end()) remove(known);
    // Whichever goes: what is asked for comes back by itself.
    while (bytes_ + pull->cost > kMostBytes) remove(pulls_.begin());
    bytes_ += pull->cost;
    pulls_.emplace(name, std::move(pull));
}

void ReadyPulls::remove(Pulls::iterator pull) {
    bytes_ -= pull->second->cost;
    pulls_.erase(pull);
}

bool ReadyPulls::still_allowed(const Pull& pull, base::Time now) const {
    switch (pull.basis) {
        case Basis::signatures:
        case Basis::index: {
            const auto evidence = pull.evidence.lock();
            if (!evidence || !evidence->is_kept() || !shared_.evidence.is_fresh(*evidence)) return false;
            evidence->mark_used();
            return is_satisfied(*pull.rule, pull.facts, now);
        }
        case Basis::rule: return is_satisfied(*pull.rule, {}, now);
        // Proven by content, which cannot change; but a rule that has expired denies everything.
        case Basis::inert: return !has_expired(*pull.rule, now);
        default: return false;
    }
}

std::optional<http::ReadyAnswer> ReadyPulls::find(const http::RequestView& request) {
    const bool to_head = request.method == "HEAD";
    if (!to_head && request.method != "GET") return std::nullopt;
    const auto found = pulls_.find(key(request.get("host").value_or(""), request.target));
    if (found == pulls_.end()) return std::nullopt;
    const auto& pull = *found->second;
    auto manifest = pull.manifest.lock();
    if (!manifest || !manifest->is_kept() || !shared_.manifests.is_fresh(*manifest) || !still_allowed(pull, shared_.clock())) {
        remove(found);
        return std::nullopt;
    }
    if (!accepts(request, manifest->manifest.media_type())) return std::nullopt;
    manifest->mark_used();
    http::ReadyAnswer answer;
    answer.head = manifest->answer_head;
    if (!to_head) answer.body = manifest->manifest.raw();
    answer.asked = std::chrono::steady_clock::now();
    answer.to_head = to_head;
    answer.subject = found->second;
    answer.owner = std::move(manifest);
    return answer;
}

void ReadyPulls::sent(const http::ReadyAnswer& answer, std::string_view peer, std::uint64_t body_bytes) {
    write_lines(*static_cast<const Pull*>(answer.subject.get()), answer, peer, body_bytes);
}

void ReadyPulls::write_lines(const Pull& pull, const http::ReadyAnswer& answer, std::string_view peer, std::uint64_t body_bytes) {
    const auto id = DecisionId::next();
    const auto now = shared_.clock();
    const std::string_view method = answer.to_head ? "HEAD" : "GET";
    shared_.decisions.append(logs_.decisions().text(), now, id.text(), method, pull.decision);
    logs_.decisions().end_line();
    AccessRecord access;
    access.time = now;
    access.id = id.text();
    access.peer = peer;
    access.method = method;
    access.target = pull.target;
    access.status = 200;
    access.bytes = body_bytes;
    access.duration = std::chrono::steady_clock::now() - answer.asked;
    access.repository = pull.repository;
    access.upstream = pull.upstream;
    shared_.access.append(logs_.access().text(), access);
    logs_.access().end_line();
}

}  // namespace proxy
