#include "proxy/evidence_record.h"

#include <algorithm>

namespace proxy {
namespace {

constexpr std::size_t kTextOverhead = 32;  // what is allocated around a text

std::size_t cost_of(const Outcome& outcome) {
    const auto& fact = outcome.fact;
    return sizeof outcome + 5 * kTextOverhead + outcome.trust_content.size() + outcome.reason.size() + fact.issuer.size() +
           fact.subject.size() + fact.predicate_type.size();
}

std::size_t cost_of(const CandidateRecord& record) {
    const auto& artifact = record.candidate.artifact;
    std::size_t bytes = sizeof record + 6 * kTextOverhead + record.fault.size() + record.candidate.source.size() +
                        artifact.media_type.size() + artifact.artifact_type.size() + artifact.digest.bytes().size();
    bytes += registry::memory_of(artifact.annotations);
    for (const auto& outcome : record.outcomes) bytes += cost_of(outcome);
    return bytes + (record.bundle ? record.bundle->size() : 0);
}

}  // namespace

const Outcome* CandidateRecord::under(const NamedRoot& root) const {
    const auto found = std::ranges::find(outcomes, root.content, &Outcome::trust_content);
    return found == outcomes.end() ? nullptr : &*found;
}

const NamedRoot* CandidateRecord::verified_by(std::span<const NamedRoot> roots) const {
    const auto found = std::ranges::find_if(roots, [this](const NamedRoot& root) {
        const auto* outcome = under(root);
        return outcome != nullptr && outcome->verified;
    });
    return found == roots.end() ? nullptr : &*found;
}

bool CandidateRecord::is_settled(std::span<const NamedRoot> roots) const {
    if (!fault.empty() || verified_by(roots) != nullptr) return true;
    return bundle && std::ranges::all_of(roots, [this](const NamedRoot& root) { return under(root) != nullptr; });
}

CandidateReport CandidateRecord::report(std::span<const NamedRoot> roots) const {
    CandidateReport report;
    report.source = candidate.source;
    report.artifact = candidate.artifact.digest.to_string();
    report.reason = fault;
    if (const auto* root = verified_by(roots)) {
        const auto& fact = under(*root)->fact;
        report.verified = true;
        report.trust = root->name;
        report.issuer = fact.issuer;
        report.subject = fact.subject;
    } else if (fault.empty()) {
        report.reason =
            roots.empty() || under(roots.front()) == nullptr ? "no trusted root to verify it with" : under(roots.front())->reason;
    }
    return report;
}

Evidence::Evidence(Listing listing, base::Time listed_at, const Evidence* previous) : listed(listed_at), sources(std::move(listing)) {
    for (auto& candidate : sources.candidates) {
        CandidateRecord record{std::move(candidate), nullptr, {}, {}};
        if (previous != nullptr) {
            const auto same = [&](const CandidateRecord& old) { return old.candidate.artifact.digest == record.candidate.artifact.digest; };
            const auto old = std::ranges::find_if(previous->candidates, same);
            // A fault is looked at again: what could not be found then may have come since.
            if (old != previous->candidates.end() && old->bundle) {
                record.bundle = old->bundle;
                record.outcomes = old->outcomes;
            }
        }
        candidates.push_back(std::move(record));
    }
    sources.candidates.clear();
    // Known-good ones before others (design 7): what somebody attaches later cannot push them out of what is tried.
    const auto is_good = [](const CandidateRecord& record) { return std::ranges::any_of(record.outcomes, &Outcome::verified); };
    auto next = candidates.begin();
    for (auto record = candidates.begin(); record != candidates.end(); ++record) {
        if (is_good(*record)) std::rotate(next++, record, record + 1);  // each keeps its place among its kind
    }
}

std::vector<SignerFact> Evidence::facts(std::span<const NamedRoot> roots) const {
    std::vector<SignerFact> found;
    for (const auto& record : candidates) {
        const auto* root = record.verified_by(roots);
        if (root == nullptr) continue;
        found.push_back(record.under(*root)->fact);
        found.back().trust = root->name;
    }
    return found;
}

std::vector<CandidateReport> Evidence::reports(std::span<const NamedRoot> roots) const {
    std::vector<CandidateReport> found;
    for (const auto& record : candidates) {
        if (record.is_settled(roots)) found.push_back(record.report(roots));
    }
    return found;
}

std::size_t Evidence::settled(std::span<const NamedRoot> roots) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(candidates, [&](const CandidateRecord& record) { return record.is_settled(roots); }));
}

std::size_t Evidence::cost() const {
    std::size_t bytes = sizeof *this;
    for (const auto& source : sources.sources) bytes += sizeof source + source.name.size() + source.problem.size();
    for (const auto& record : candidates) bytes += cost_of(record);
    return bytes;
}

}  // namespace proxy
