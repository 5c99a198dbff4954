#include "sigstore/log_evidence.h"

#include <optional>
#include <set>

#include "sigstore/rekor_v1.h"
#include "sigstore/rekor_v2.h"

namespace sigstore {

namespace {

// Unsigned or not, a log's time outside the certificate contradicts it. Keys have no validity of their own.
Checked<void> check_integrated_time(const LogEntry& entry, const Signer& signer) {
    const auto time = base::from_unix_seconds(entry.integrated_time);
    if (entry.integrated_time == 0 || signer.certificate == nullptr || signer.certificate->valid_at(time)) return {};
    return std::unexpected(Failure(FailureCode::time_outside_cert, entry.where + ".integratedTime",
                                   "a time within the validity of the certificate", base::format_rfc3339(time)));
}

Checked<void> check_v1(const LogEntry& entry, const TransparencyLog& log, const Bundle& bundle, const Signer& signer) {
    // The body decides how it is read, the key which log can have written it: neither is left to the other alone.
    if (log.is_v2_only()) {
        return std::unexpected(Failure(FailureCode::unsupported, entry.where, "an entry of Rekor v2, which " + log.base_url + " is"));
    }
    return rekor_v1::check_body(entry, bundle, signer);
}

class Collector {
public:
    Collector(const Bundle& bundle, const Signer& signer, const TrustedRoot& root) : bundle_(bundle), signer_(signer), root_(root) {}

    [[nodiscard]] Checked<void> add(const LogEntry& entry) {
        const auto* const log = root_.find_log(entry.log_id);
        if (log == nullptr) return {};
        if (rekor_v2::is_supported(entry)) return add_v2(entry, *log);
        if (rekor_v1::is_supported(entry, bundle_)) return add_v1(entry, *log);
        return std::unexpected(Failure(FailureCode::unsupported, entry.where + ".kindVersion",
                                       "hashedrekord 0.0.1 or 0.0.2, dsse 0.0.1 or 0.0.2, intoto 0.0.2", entry.kind + " " + entry.version));
    }

    [[nodiscard]] Checked<LogEvidence> finish(std::size_t threshold) && {
        std::set<std::string> witnesses;
        for (const auto& entry : evidence_.entries) witnesses.insert(entry.log->counting_key());
        if (witnesses.size() >= threshold) return std::move(evidence_);
        if (skipped_) return std::unexpected(*std::move(skipped_));
        const std::string where = "verificationMaterial.tlogEntries";
        if (witnesses.empty()) {
            return std::unexpected(Failure(FailureCode::log_unknown, where, "an entry of a log of the trusted root",
                                           bundle_.log_entries().empty() ? "no entries" : "none of them"));
        }
        return std::unexpected(
            Failure(FailureCode::threshold, where, "entries of " + std::to_string(threshold) + " logs", std::to_string(witnesses.size())));
    }

private:
    Checked<void> add_v2(const LogEntry& entry, const TransparencyLog& log) {
        TRY_VOID(rekor_v2::check_entry(entry, log, bundle_, signer_));
        TRY_VOID(check_integrated_time(entry, signer_));
        evidence_.entries.push_back({&log, entry.where, false});
        return {};
    }

    Checked<void> add_v1(const LogEntry& entry, const TransparencyLog& log) {
        TRY_VOID(check_v1(entry, log, bundle_, signer_));
        const bool is_promised = !entry.signed_entry_timestamp.empty();
        if (!is_promised && !entry.proof) {
            return std::unexpected(Failure(FailureCode::inclusion, entry.where, "an inclusion proof or promise", "neither"));
        }
        if (is_promised) {
            if (auto checked = rekor_v1::check_promise(entry, log); !checked) {
                if (!skipped_) skipped_ = std::move(checked).error();
                return {};
            }
        }
        if (entry.proof) {
            TRY_VOID(rekor_v1::check_inclusion(entry, log));
        }
        TRY_VOID(check_integrated_time(entry, signer_));
        evidence_.entries.push_back({&log, entry.where, is_promised});
        // A time that no promise signs is hearsay (sigstore-python PR #1247).
        if (is_promised) {
            const auto time = base::from_unix_seconds(entry.integrated_time);
            evidence_.times.push_back({{time, TimeSource::log, log.base_url}, "log " + log.counting_key()});
        }
        return {};
    }

    const Bundle& bundle_;
    const Signer& signer_;
    const TrustedRoot& root_;
    LogEvidence evidence_;
    std::optional<Failure> skipped_;  // the first entry of a known log that did not count, and why
};

}  // namespace

Checked<LogEvidence> collect_log_evidence(const Bundle& bundle, const Signer& signer, const TrustedRoot& root, std::size_t threshold) {
    Collector collector(bundle, signer, root);
    for (const auto& entry : bundle.log_entries()) TRY_VOID(collector.add(entry));
    return std::move(collector).finish(threshold);
}

}  // namespace sigstore
