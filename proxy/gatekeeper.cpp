#include "proxy/gatekeeper.h"

#include <algorithm>

#include "proxy/inert.h"

namespace proxy {
namespace {

using http::asio::awaitable;

constexpr std::size_t kIndexesAsked = 4;  // of those known to list a child
constexpr int kIndexDepth = 2;            // an index in an index, not deeper

// That a manifest and its layers are a Sigstore bundle and nothing else: true of these bytes for ever.
struct ProvenInert final : CacheItem {};

std::string inert_key(const Asked& asked, const registry::Manifest& manifest) {
    return "i " + asked.canonical + "@" + manifest.digest().to_string();
}

// A rule that allows or denies without looking at signatures.
Decision by_rule(const PolicyRule& rule, base::Time now) {
    auto evaluation = evaluate(rule, {}, now);
    Decision decision;
    decision.policy = rule.name;
    decision.basis = Basis::rule;
    decision.verdict = evaluation.satisfied ? Verdict::allowed : Verdict::denied;
    decision.reason = std::move(evaluation.reason);
    return decision;
}

Decision inert(const PolicyRule& rule, std::string reason) {
    Decision decision;
    decision.verdict = Verdict::allowed;
    decision.basis = Basis::inert;
    decision.policy = rule.name;
    decision.reason = std::move(reason);
    return decision;
}

// Says why the candidates do not satisfy the rule: what is there counts more than what is missing.
std::string unsatisfied_reason(const Decision& decision, const Evidence& evidence, const Evaluation& evaluation) {
    if (evidence.sources.truncated || evidence.candidates.size() > decision.candidates.size()) {
        return "too many signatures are attached and none of those looked at satisfies the rule";
    }
    if (decision.candidates.empty()) return "no signature found";
    const auto verified = std::ranges::find_if(decision.candidates, [](const CandidateReport& report) { return report.verified; });
    if (verified != decision.candidates.end()) return evaluation.reason;
    return "no valid signature among " + std::to_string(decision.candidates.size()) + ": " + decision.candidates.front().reason;
}

}  // namespace

awaitable<Decision> Gatekeeper::decide(Asked asked, const registry::Manifest& manifest, base::Deadline deadline) {
    const auto& rule = parts_.policies.rule_for(asked.canonical);
    const bool expired = has_expired(rule, parts_.clock());
    if (rule.action != PolicyAction::verify || expired) co_return by_rule(rule, parts_.clock());
    if (is_fallback_index(asked.reference, manifest)) co_return inert(rule, "a list of referrers; it grants nothing");
    if (has_shape_of_bundle_artifact(manifest)) {
        Decision decision;
        decision.policy = rule.name;
        co_await prove_inert(asked, manifest, deadline, decision);
        if (decision.verdict != Verdict::denied) co_return decision;
    }
    Judging judging{rule, deadline, std::move(asked.evidence)};
    co_return co_await judge(asked, judging, manifest, 0);
}

awaitable<void> Gatekeeper::prove_inert(const Asked& asked, const registry::Manifest& manifest, base::Deadline deadline,
                                        Decision& decision) {
    std::vector<registry::Descriptor> layers(manifest.layers().begin(), manifest.layers().end());
    auto key = inert_key(asked, manifest);
    const auto asked_at = parts_.memory.since(asked.canonical);
    const bool known = parts_.memory.find<ProvenInert>(key) != nullptr;
    base::Result<void> proven;
    if (!known) proven = co_await prove_bundle_layers(parts_.upstream, parts_.workers, asked.repository, std::move(layers), deadline);
    if (proven) {
        if (!known) parts_.memory.put(std::move(key), std::make_shared<const ProvenInert>(), sizeof(ProvenInert), asked_at);
        decision.verdict = Verdict::allowed;
        decision.basis = Basis::inert;
        decision.reason = "a Sigstore bundle and nothing else";
    } else if (could_not_look(proven.error())) {
        decision.verdict = Verdict::undecided;
        decision.basis = Basis::not_looked;
        decision.reason = proven.error().message();
    }
}

awaitable<Decision> Gatekeeper::judge(const Asked& asked, Judging& judging, const registry::Manifest& manifest, int depth) {
    auto decision = co_await judge_by_signatures(asked, judging, manifest.digest());
    const auto indexes = parts_.edges.indexes_of(asked.canonical, manifest.digest(), kIndexesAsked);
    for (const auto& index : indexes) {
        if (decision.verdict == Verdict::allowed || depth >= kIndexDepth) break;
        if (!judging.indexes.insert(index).second) continue;  // judged already, for another child on the way
        auto lent = co_await judge_by_index(asked, judging, index, manifest.digest(), depth);
        // "Could not look" at one of them outweighs "is not signed" of the child: more could be there.
        if (lent.verdict != Verdict::denied) decision = std::move(lent);
    }
    if (decision.verdict == Verdict::allowed) {
        for (const auto& child : manifest.children()) parts_.edges.add(asked.canonical, child.digest, manifest.digest());
    }
    co_return decision;
}

awaitable<Decision> Gatekeeper::judge_by_index(const Asked& asked, Judging& judging, base::Digest index, base::Digest child, int depth) {
    Decision decision;
    decision.policy = judging.rule.name;
    Manifests::Name name{asked.canonical, asked.repository};
    const auto fetched = co_await parts_.manifests.by_digest(std::move(name), index, judging.deadline);
    if (!fetched) {
        if (could_not_look(fetched.error().error)) {
            decision.verdict = Verdict::undecided;
            decision.basis = Basis::not_looked;
            decision.reason = "the index that lists it: " + fetched.error().error.message();
        }
        co_return decision;
    }
    const auto& manifest = (*fetched)->manifest;
    const auto lists_child = [&](const registry::Descriptor& listed) { return listed.digest == child; };
    if (std::ranges::none_of(manifest.children(), lists_child)) co_return decision;
    decision = co_await judge(asked, judging, manifest, depth + 1);
    if (decision.verdict == Verdict::allowed) {
        decision.basis = Basis::index;
        decision.parent = index.to_string();
    }
    co_return decision;
}

awaitable<Decision> Gatekeeper::judge_by_signatures(const Asked& asked, Judging& judging, base::Digest subject) {
    Decision decision;
    decision.policy = judging.rule.name;
    Question question{asked.canonical, asked.repository, std::move(subject), judging.rule};
    question.begun = std::exchange(judging.begun, nullptr);  // it is about the manifest that was asked for, which is judged first
    auto findings = co_await parts_.collector.satisfy(std::move(question), judging.candidates_left, judging.deadline);
    judging.candidates_left -= findings.tried;
    if (!findings.evidence) {
        decision.verdict = Verdict::undecided;
        decision.basis = Basis::not_looked;
        decision.reason = "the signatures could not be looked at in time";
        co_return decision;
    }
    const auto& evidence = *findings.evidence;
    decision.sources = evidence.sources.sources;
    decision.candidates = evidence.reports(parts_.collector.roots_of(judging.rule));
    if (findings.evaluation.satisfied) {
        decision.verdict = Verdict::allowed;
        decision.basis = Basis::signatures;
        decision.support = Support{std::move(findings.evidence), std::move(findings.facts)};
    } else if (evidence.sources.failed()) {
        // More could be there than was seen: neither allowed nor denied.
        decision.verdict = Verdict::undecided;
        decision.basis = Basis::not_looked;
        decision.reason = evidence.sources.problem();
    } else {
        decision.reason = unsatisfied_reason(decision, evidence, findings.evaluation);
    }
    co_return decision;
}

Flights<Collected>::Ticket Gatekeeper::prepare(const Asked& asked, const base::Digest& subject) {
    const auto& rule = parts_.policies.rule_for(asked.canonical);
    if (rule.action != PolicyAction::verify || has_expired(rule, parts_.clock())) return nullptr;
    Question question{asked.canonical, asked.repository, subject, rule};
    return parts_.collector.prepare(std::move(question), EvidenceLimits().tried);
}

}  // namespace proxy
