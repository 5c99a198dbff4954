#include "proxy/collector.h"

#include "http/offload.h"
#include "sigstore/bundle.h"
#include "sigstore/verifier.h"

namespace proxy {
namespace {

using base::ErrorCode;
using http::asio::awaitable;

constexpr int kFlightsPerRequest = 2;  // the first may be another's, with less to spend
constexpr EvidenceLimits kLimits;

// Runs on a worker.
std::vector<Outcome> verify_bundle(const base::Bytes& bytes, const std::vector<NamedRoot>& roots, const base::Digest& subject) {
    std::vector<Outcome> outcomes;
    const auto bundle = sigstore::Bundle::parse(bytes);
    for (const auto& root : roots) {
        Outcome outcome{root.content, false, {}, {}};
        if (!bundle) {
            outcome.reason = bundle.error().text();
        } else if (auto verified = sigstore::verify(*bundle, *root.root, subject)) {
            outcome.verified = true;
            outcome.fact = SignerFact{std::move(verified->issuer), std::move(verified->subject), std::move(verified->predicate_type), {}};
        } else {
            outcome.reason = verified.error().text();
        }
        outcomes.push_back(std::move(outcome));
        if (outcomes.back().verified) break;
    }
    return outcomes;
}

}  // namespace

bool could_not_look(const base::Error& error) {
    return error.code() == ErrorCode::unavailable || error.code() == ErrorCode::timed_out || error.code() == ErrorCode::unauthorized ||
           error.code() == ErrorCode::denied || error.code() == ErrorCode::internal;
}

std::string EvidenceStore::key(const std::string& repository, const base::Digest& subject) {
    return "e " + repository + "@" + subject.to_string();
}

SharedEvidence EvidenceStore::find(const std::string& repository, const base::Digest& subject) const {
    auto evidence = memory_.find<Evidence>(key(repository, subject));
    return evidence && is_fresh(*evidence) ? evidence : nullptr;
}

bool EvidenceStore::is_fresh(const Evidence& evidence) const { return is_within(evidence.listed, times_.keep, clock_()); }

bool EvidenceStore::denial_is_fresh(const Evidence& evidence) const { return is_within(evidence.listed, times_.negative, clock_()); }

void EvidenceStore::keep(const std::string& repository, const base::Digest& subject, const SharedEvidence& evidence, std::uint64_t changes,
                         bool good) {
    if (good || changes == changes_.load()) memory_.put(key(repository, subject), evidence, evidence->cost());
}

void EvidenceStore::forget(const std::string& repository, const base::Digest& subject) {
    ++changes_;
    const auto name = key(repository, subject);
    flights_.forget(name);
    memory_.erase(name);
}

Findings Collector::assess(const Question& question, SharedEvidence evidence) const {
    Findings findings;
    findings.facts = evidence->facts(trust_.all(question.rule.trust));
    findings.evaluation = evaluate(question.rule, findings.facts, store_.now());
    findings.evidence = std::move(evidence);
    return findings;
}

// Of findings that do not satisfy the rule.
bool Collector::can_learn_more(const Question& question, const Findings& findings) const {
    const auto& evidence = *findings.evidence;
    if (evidence.sources.failed() || !store_.denial_is_fresh(evidence)) return true;
    const auto settled = evidence.settled(trust_.all(question.rule.trust));
    return settled < evidence.candidates.size() && settled < kLimits.tried;
}

Flights<Collected>::Work Collector::work(const Question& question, SharedEvidence previous, std::size_t budget) {
    return [this, question, previous = std::move(previous), budget] { return collect(question, previous, budget); };
}

Flights<Collected>::Ticket Collector::prepare(Question question, std::size_t budget) {
    if (store_.find(question.canonical, question.subject)) return nullptr;
    auto key = EvidenceStore::key(question.canonical, question.subject);
    return store_.flights().enter(std::move(key), background_, work(question, nullptr, budget));
}

awaitable<Findings> Collector::satisfy(Question question, std::size_t budget, base::Deadline deadline) {
    Findings findings;
    if (auto known = store_.find(question.canonical, question.subject)) {
        findings = assess(question, std::move(known));
        if (findings.evaluation.satisfied || !can_learn_more(question, findings)) co_return findings;
    }
    std::size_t tried = 0;
    for (int flight = 0; flight < kFlightsPerRequest; ++flight) {
        auto ticket = std::exchange(question.begun, nullptr);
        if (!ticket) {
            auto key = EvidenceStore::key(question.canonical, question.subject);
            ticket = store_.flights().enter(std::move(key), background_, work(question, findings.evidence, budget - tried));
        }
        const auto collected = co_await store_.flights().wait(std::move(ticket), deadline);
        if (!collected) co_return Findings();
        tried += std::min(collected->tried, budget - tried);
        findings = assess(question, collected->evidence);
        findings.tried = tried;
        const bool failed = findings.evidence->sources.failed();
        if (findings.evaluation.satisfied || failed || tried == budget || !can_learn_more(question, findings)) break;
    }
    co_return findings;
}

// The listing to work on: the one known, if it is still to be believed.
awaitable<std::shared_ptr<Evidence>> Collector::begin(const Question& question, const SharedEvidence& previous, base::Deadline deadline) {
    if (previous && !previous->sources.failed() && store_.denial_is_fresh(*previous)) co_return std::make_shared<Evidence>(*previous);
    const auto now = store_.now();  // of the question, not of the answer
    auto listing = co_await finder_.list(question.repository, question.subject, deadline);
    co_return std::make_shared<Evidence>(std::move(listing), now, previous.get());
}

awaitable<Collected> Collector::collect(Question question, SharedEvidence previous, std::size_t budget) {
    const auto deadline = base::Deadline::after(kFlightTime);
    const auto changes = store_.changes();
    const auto roots = trust_.all(question.rule.trust);
    const auto evidence = co_await begin(question, previous, deadline);
    Collected collected{evidence, 0};
    const auto satisfied = [&] { return evaluate(question.rule, evidence->facts(roots), store_.now()).satisfied; };
    bool good = satisfied();
    for (auto& record : evidence->candidates) {
        if (good || collected.tried == budget || evidence->settled(roots) >= kLimits.tried) break;
        if (record.is_settled(roots)) continue;
        ++collected.tried;
        co_await examine(question, roots, record, evidence->sources, deadline);
        good = satisfied();
    }
    // "Could not look" is nobody's knowledge.
    if (good || !evidence->sources.failed()) store_.keep(question.canonical, question.subject, evidence, changes, good);
    co_return collected;
}

awaitable<void> Collector::examine(const Question& question, std::span<const NamedRoot> roots, CandidateRecord& record, Listing& sources,
                                   base::Deadline deadline) {
    if (!record.bundle) {
        auto bytes = co_await finder_.load(question.repository, question.subject, record.candidate, deadline);
        if (!bytes && could_not_look(bytes.error())) {
            const auto name = "signature " + record.candidate.artifact.digest.short_form();
            sources.sources.push_back(SourceReport{name, SourceState::failed, bytes.error().message(), bytes.error().retry_after()});
            co_return;
        }
        if (!bytes) {
            record.fault = bytes.error().message();
            co_return;
        }
        record.bundle = std::make_shared<const base::Bytes>(*std::move(bytes));
    }
    std::vector<NamedRoot> missing;
    for (const auto& root : roots) {
        if (record.under(root) == nullptr) missing.push_back(root);
    }
    auto job = [bundle = record.bundle, missing = std::move(missing), subject = question.subject] {
        return verify_bundle(*bundle, missing, subject);
    };
    auto outcomes = co_await http::offload(workers_, std::move(job));
    std::ranges::move(outcomes, std::back_inserter(record.outcomes));
}

}  // namespace proxy
