#include "proxy/ready_pulls.h"

#include <algorithm>

#include "proxy/accept.h"

namespace proxy {
namespace {

constexpr std::size_t kMostPulls = 4096;  // about 1 KiB each

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
    if (decision.verdict != Verdict::allowed || manifest->answer_head.empty()) return;
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
    // What is full of pulls that were not asked for again is begun anew; what is asked for comes back by itself.
    if (pulls_.size() >= kMostPulls) pulls_.clear();
    pulls_.insert_or_assign(key(authority, target), std::move(pull));
}

bool ReadyPulls::still_allowed(const Pull& pull, base::Time now) const {
    switch (pull.basis) {
        case Basis::signatures:
        case Basis::index: {
            const auto evidence = pull.evidence.lock();
            if (!evidence || !shared_.evidence.is_fresh(*evidence)) return false;
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
    if (!manifest || !shared_.manifests.is_fresh(*manifest) || !still_allowed(pull, shared_.clock())) {
        pulls_.erase(found);
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
