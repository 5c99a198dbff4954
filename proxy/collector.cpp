#include "proxy/collector.h"

#include "http/offload.h"
#include "sigstore/bundle.h"
#include "sigstore/verifier.h"

namespace proxy {
namespace {

using base::ErrorCode;
using http::asio::awaitable;

constexpr int kFlightsPerRequest = 2;  // the first may be another's, with less to spend
constexpr std::size_t kMostPrepared = 32;  // per thread
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
    return memory_.find<Evidence>(key(repository, subject));
}

bool EvidenceStore::is_fresh(const Evidence& evidence) const { return is_within(evidence.listed, times_.keep, clock_()); }

bool EvidenceStore::denial_is_fresh(const Evidence& evidence) const { return is_within(evidence.listed, times_.negative, clock_()); }

void EvidenceStore::keep(const std::string& repository, const base::Digest& subject, const SharedEvidence& evidence,
                         MemoryCache::Since asked) {
    memory_.put(key(repository, subject), evidence, evidence->cost(), asked);
}

Findings Collector::assess(const Question& question, SharedEvidence evidence) const {
    Findings findings;
    findings.facts = evidence->facts(trust_.all(question.rule.trust));
    findings.evaluation = evaluate(question.rule, findings.facts, store_.now());
    findings.evidence = std::move(evidence);
    return findings;
}

// Of evidence that does not satisfy the rule.
bool Collector::must_list_again(const Evidence& evidence) const {
    return evidence.sources.failed() || !store_.is_fresh(evidence) || !store_.denial_is_fresh(evidence);
}

bool Collector::has_untried(const Question& question, const Evidence& evidence) const {
    const auto settled = evidence.settled(trust_.all(question.rule.trust));
    return settled < evidence.candidates.size() && settled < kLimits.tried;
}

Flights<Collected>::Ticket Collector::enter(const Question& question, SharedEvidence previous, std::size_t budget) {
    const auto asked = store_.since(question.canonical);
    auto key = flight_key(EvidenceStore::key(question.canonical, question.subject), asked);
    Flights<Collected>::Work work = [this, question, previous = std::move(previous), budget, asked] {
        return collect(question, previous, budget, asked);
    };
    return store_.flights().enter(std::move(key), background_, std::move(work));
}

Flights<Collected>::Ticket Collector::prepare(Question question, std::size_t budget) {
    auto known = store_.find(question.canonical, question.subject);
    if (known && store_.is_fresh(*known)) return nullptr;
    // Nobody waits for what is prepared for a manifest that does not exist, so it has a bound of its own.
    if (static_cast<std::size_t>(prepared_.use_count() - 1) >= kMostPrepared) return nullptr;
    question.prepared = prepared_;
    return enter(question, std::move(known), budget);
}

awaitable<Findings> Collector::satisfy(Question question, std::size_t budget, base::Deadline deadline) {
    Findings findings;
    auto known = store_.find(question.canonical, question.subject);
    if (known && store_.is_fresh(*known)) {
        findings = assess(question, known);
        if (findings.evaluation.satisfied) co_return findings;
        if (!must_list_again(*known) && !has_untried(question, *known)) co_return findings;
    }
    std::size_t tried = 0;
    for (int flight = 0; flight < kFlightsPerRequest; ++flight) {
        auto ticket = std::exchange(question.begun, nullptr);
        if (!ticket) ticket = enter(question, known, budget - tried);
        const auto collected = co_await store_.flights().wait(std::move(ticket), deadline);
        if (!collected) co_return Findings();
        known = collected->evidence;
        // That nothing is attached is worth knowing only of a manifest that exists, and this one does.
        const bool is_news = known->candidates.empty() && !known->sources.failed() && !known->is_kept();
        if (is_news) store_.keep(question.canonical, question.subject, known, collected->asked);
        tried += std::min(collected->tried, budget - tried);
        findings = assess(question, known);
        findings.tried = tried;
        if (findings.evaluation.satisfied || known->sources.failed() || tried == budget || !has_untried(question, *known)) break;
    }
    co_return findings;
}

// The listing to work on: the one known, if it is still to be believed.
awaitable<std::shared_ptr<Evidence>> Collector::begin(const Question& question, const SharedEvidence& previous, base::Deadline deadline) {
    if (previous && !must_list_again(*previous)) co_return std::make_shared<Evidence>(*previous);
    const auto now = store_.now();  // of the question, not of the answer
    auto listing = co_await finder_.list(question.repository, question.subject, deadline);
    co_return std::make_shared<Evidence>(std::move(listing), now, previous.get());
}

awaitable<Collected> Collector::collect(Question question, SharedEvidence previous, std::size_t budget, MemoryCache::Since asked) {
    const auto deadline = base::Deadline::after(kFlightTime);
    const auto roots = trust_.all(question.rule.trust);
    const auto evidence = co_await begin(question, previous, deadline);
    Collected collected{evidence, 0, asked};
    const auto satisfied = [&] { return evaluate(question.rule, evidence->facts(roots), store_.now()).satisfied; };
    bool good = satisfied();
    for (auto& record : evidence->candidates) {
        if (good || collected.tried == budget || evidence->settled(roots) >= kLimits.tried) break;
        if (record.is_settled(roots)) continue;
        ++collected.tried;
        co_await examine(question, roots, record, evidence->sources, deadline);
        good = satisfied();
    }
    // "Could not look" is nobody's knowledge; that nothing is attached is kept by whoever decides on it.
    const bool seen = !evidence->sources.failed() && !evidence->candidates.empty();
    if (good || seen) store_.keep(question.canonical, question.subject, evidence, asked);
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
