#include "proxy/gatekeeper.h"

#include <algorithm>

#include "http/offload.h"
#include "proxy/inert.h"
#include "sigstore/bundle.h"
#include "sigstore/verifier.h"

namespace proxy {
namespace {

using base::ErrorCode;
using http::asio::awaitable;

constexpr std::size_t kIndexesAsked = 4;  // of those known to list a child
constexpr int kIndexDepth = 2;            // an index in an index, not deeper

bool could_not_look(const base::Error& error) {
    return error.code() == ErrorCode::unavailable || error.code() == ErrorCode::timed_out || error.code() == ErrorCode::unauthorized ||
           error.code() == ErrorCode::denied || error.code() == ErrorCode::internal;
}

struct NamedRoot {
    std::string name;
    std::shared_ptr<const sigstore::TrustedRoot> root;
};

struct Examined {
    std::string trust;  // of the root that verified it; empty where none did
    sigstore::VerifiedSignature signature;
    std::string reason;  // the first root's, where none did
};

// Runs on a worker: parses one bundle and verifies it against each trusted root of the rule until one accepts.
Examined examine_bundle(const base::Bytes& bytes, const std::vector<NamedRoot>& roots, const base::Digest& subject) {
    Examined examined;
    const auto bundle = sigstore::Bundle::parse(bytes);
    if (!bundle) {
        examined.reason = bundle.error().text();
        return examined;
    }
    for (const auto& [name, root] : roots) {
        auto verified = sigstore::verify(*bundle, *root, subject);
        if (verified) {
            examined.trust = name;
            examined.signature = *std::move(verified);
            return examined;
        }
        if (examined.reason.empty()) examined.reason = verified.error().text();
    }
    return examined;
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
std::string unsatisfied_reason(const Decision& decision, const Listing& listing, const Evaluation& evaluation) {
    if (listing.truncated || listing.candidates.size() > decision.candidates.size()) {
        return "too many signatures are attached and none of those looked at satisfies the rule";
    }
    if (decision.candidates.empty()) return "no signature found";
    const auto verified = std::ranges::find_if(decision.candidates, [](const CandidateReport& report) { return report.verified; });
    if (verified != decision.candidates.end()) return evaluation.reason;
    return "no valid signature among " + std::to_string(decision.candidates.size()) + ": " + decision.candidates.front().reason;
}

}  // namespace

Gatekeeper::Gatekeeper(registry::Upstream& upstream, http::asio::thread_pool& workers, Shared shared)
    : upstream_(upstream), workers_(workers), shared_(std::move(shared)), finder_(upstream) {}

awaitable<Decision> Gatekeeper::decide(Asked asked, const registry::Manifest& manifest, base::Deadline deadline) {
    const auto& rule = shared_.policies.rule_for(asked.canonical);
    const bool expired = has_expired(rule, shared_.clock());
    if (rule.action != PolicyAction::verify || expired) co_return by_rule(rule, shared_.clock());
    if (is_fallback_index(asked.reference, manifest)) co_return inert(rule, "a list of referrers; it grants nothing");
    if (has_shape_of_bundle_artifact(manifest)) {
        Decision decision;
        decision.policy = rule.name;
        co_await prove_inert(asked, manifest, deadline, decision);
        if (decision.verdict != Verdict::denied) co_return decision;
    }
    Judging judging{rule, deadline};
    co_return co_await judge(asked, judging, manifest, 0);
}

awaitable<void> Gatekeeper::prove_inert(const Asked& asked, const registry::Manifest& manifest, base::Deadline deadline,
                                        Decision& decision) {
    std::vector<registry::Descriptor> layers(manifest.layers().begin(), manifest.layers().end());
    const auto proven = co_await prove_bundle_layers(upstream_, workers_, asked.repository, std::move(layers), deadline);
    if (proven) {
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
    const auto indexes = shared_.edges.indexes_of(asked.canonical, manifest.digest(), kIndexesAsked);
    for (const auto& index : indexes) {
        if (decision.verdict == Verdict::allowed || depth >= kIndexDepth) break;
        if (!judging.indexes.insert(index).second) continue;  // judged already, for another child on the way
        auto lent = co_await judge_by_index(asked, judging, index, manifest.digest(), depth);
        // "Could not look" at one of them outweighs "is not signed" of the child: more could be there.
        if (lent.verdict != Verdict::denied) decision = std::move(lent);
    }
    if (decision.verdict == Verdict::allowed) {
        for (const auto& child : manifest.children()) shared_.edges.add(asked.canonical, child.digest, manifest.digest());
    }
    co_return decision;
}

awaitable<Decision> Gatekeeper::judge_by_index(const Asked& asked, Judging& judging, base::Digest index, base::Digest child, int depth) {
    Decision decision;
    decision.policy = judging.rule.name;
    registry::Reference reference(index);
    auto fetched = co_await upstream_.manifest(asked.repository, std::move(reference), judging.deadline);
    if (!fetched) {
        if (could_not_look(fetched.error())) {
            decision.verdict = Verdict::undecided;
            decision.basis = Basis::not_looked;
            decision.reason = "the index that lists it: " + fetched.error().message();
        }
        co_return decision;
    }
    const auto manifest = registry::Manifest::parse(fetched->content_type, std::move(fetched->raw));
    if (!manifest || manifest->digest() != index) co_return decision;
    const auto lists_child = [&](const registry::Descriptor& listed) { return listed.digest == child; };
    if (std::ranges::none_of(manifest->children(), lists_child)) co_return decision;
    decision = co_await judge(asked, judging, *manifest, depth + 1);
    if (decision.verdict == Verdict::allowed) {
        decision.basis = Basis::index;
        decision.parent = index.to_string();
    }
    co_return decision;
}

awaitable<CandidateReport> Gatekeeper::examine(const Asked& asked, const Judging& judging, base::Digest subject, Candidate candidate,
                                               Listing& listing, std::vector<SignerFact>& facts) {
    CandidateReport report;
    report.source = candidate.source;
    report.artifact = candidate.artifact.digest.to_string();
    auto bytes = co_await finder_.load(asked.repository, subject, candidate, judging.deadline);
    if (!bytes) {
        report.reason = bytes.error().message();
        if (could_not_look(bytes.error())) {
            listing.sources.push_back(SourceReport{"signature " + candidate.artifact.digest.short_form(), SourceState::failed, report.reason});
        }
        co_return report;
    }
    std::vector<NamedRoot> roots;
    for (const auto& name : judging.rule.trust) {
        if (auto root = shared_.trust.find(name)) roots.push_back(NamedRoot{name, std::move(root)});
    }
    auto job = [content = *std::move(bytes), roots = std::move(roots), subject] { return examine_bundle(content, roots, subject); };
    auto examined = co_await http::offload(workers_, std::move(job));
    if (examined.trust.empty()) {
        report.reason = examined.reason.empty() ? "no trusted root to verify it with" : std::move(examined.reason);
        co_return report;
    }
    report.verified = true;
    report.trust = examined.trust;
    report.issuer = examined.signature.issuer;
    report.subject = examined.signature.subject;
    facts.push_back(SignerFact{report.issuer, report.subject, examined.signature.predicate_type, report.trust});
    co_return report;
}

awaitable<Decision> Gatekeeper::judge_by_signatures(const Asked& asked, Judging& judging, base::Digest subject) {
    Decision decision;
    decision.policy = judging.rule.name;
    auto listing = co_await finder_.list(asked.repository, subject, judging.deadline);
    std::vector<SignerFact> facts;
    auto evaluation = evaluate(judging.rule, facts, shared_.clock());
    for (const auto& candidate : listing.candidates) {
        if (evaluation.satisfied || judging.candidates_left == 0) break;
        --judging.candidates_left;
        auto report = co_await examine(asked, judging, subject, candidate, listing, facts);
        decision.candidates.push_back(std::move(report));
        evaluation = evaluate(judging.rule, facts, shared_.clock());
    }
    decision.sources = listing.sources;
    if (evaluation.satisfied) {
        decision.verdict = Verdict::allowed;
        decision.basis = Basis::signatures;
    } else if (listing.failed()) {
        // More could be there than was seen: neither allowed nor denied.
        decision.verdict = Verdict::undecided;
        decision.basis = Basis::not_looked;
        decision.reason = listing.problem();
    } else {
        decision.reason = unsatisfied_reason(decision, listing, evaluation);
    }
    co_return decision;
}

}  // namespace proxy
