#include "sigstore/verifier.h"

#include <algorithm>
#include <set>

#include "sigstore/chain.h"
#include "sigstore/content_signature.h"
#include "sigstore/log_evidence.h"
#include "sigstore/sct.h"
#include "sigstore/timestamp.h"

namespace sigstore {

namespace {

Checked<void> check_thresholds(const Thresholds& thresholds) {
    // "At least none" is met by nothing at all (sigstore-go PR #590).
    if (thresholds.logs > 0 && thresholds.times > 0 && thresholds.certificate_logs > 0) return {};
    return std::unexpected(Failure(FailureCode::threshold, "", "thresholds of at least one log, one time and one certificate log"));
}

Checked<const Certificate*> certificate_of(const Bundle& bundle) {
    const auto* const leaf = bundle.certificate();
    if (leaf == nullptr) {
        return std::unexpected(Failure(FailureCode::key_policy, "verificationMaterial", "a certificate", "the name of a key"));
    }
    return leaf;
}

Failure unwanted(const CertificateIdentity& identity) {
    return {FailureCode::identity, "certificate", "a signer that is asked for", identity.subject + " of " + identity.issuer};
}

Checked<void> check_key_named(const Bundle& bundle) {
    if (bundle.certificate() == nullptr) return {};
    return std::unexpected(Failure(FailureCode::key_policy, "verificationMaterial", "the name of a key", "a certificate"));
}

// A1.5: legacy attestations are stamped as a whole or, by later clients, by their signature.
std::vector<base::BytesView> stamped_bytes(const Bundle& bundle) {
    std::vector<base::BytesView> stamped{bundle.signature()};
    if (!bundle.envelope_text().empty()) stamped.emplace_back(bundle.envelope_text());
    return stamped;
}

Checked<void> add_timestamps(const Bundle& bundle, const TrustedRoot& root, std::vector<ObservedTime>& times) {
    const auto stamped = stamped_bytes(bundle);
    for (std::size_t i = 0; i < bundle.timestamps().size(); ++i) {
        const auto where = "verificationMaterial.timestampVerificationData.rfc3161Timestamps[" + std::to_string(i) + "]";
        TRY(const auto facts, verify_timestamp(bundle.timestamps()[i], stamped, root, where));
        if (!facts) continue;
        const auto& authority = *facts->authority;
        const auto& witness = authority.operator_name.empty() ? authority.uri : authority.operator_name;
        times.push_back({{facts->time, TimeSource::timestamp_authority, authority.uri}, "tsa " + witness});
    }
    return {};
}

Checked<void> check_times(const std::vector<ObservedTime>& times, std::size_t threshold) {
    if (times.empty()) {
        return std::unexpected(
            Failure(FailureCode::no_time, "verificationMaterial", "a time that a trusted log or timestamp authority signed", "none"));
    }
    std::set<std::string_view> witnesses;
    for (const auto& time : times) witnesses.insert(time.witness);
    if (witnesses.size() >= threshold) return {};
    return std::unexpected(Failure(FailureCode::threshold, "verificationMaterial",
                                   std::to_string(threshold) + " times by different witnesses", std::to_string(witnesses.size())));
}

// An entry without a signed time of its log was made at a time that only others can tell: one of these lies in the
// key's window, or the entry may be of a key that was given up.
Checked<void> check_log_windows(const LogEvidence& logs, const std::vector<ObservedTime>& times) {
    for (const auto& entry : logs.entries) {
        if (entry.has_signed_time) continue;
        const auto fits = [&](const ObservedTime& time) { return entry.log->valid_for.contains(time.fact.time); };
        if (std::ranges::any_of(times, fits)) continue;
        return std::unexpected(
            Failure(FailureCode::checkpoint, entry.where, "a verified time within the window of the key of " + entry.log->base_url));
    }
    return {};
}

Checked<void> check_certificate_logs(const Certificate& leaf, const Certificate& issuer, const TrustedRoot& root, std::size_t threshold) {
    TRY(const auto logs, verify_scts(leaf, issuer, root));
    std::set<std::string> witnesses;
    for (const auto* const log : logs) witnesses.insert(log->counting_key());
    if (witnesses.size() >= threshold) return {};
    return std::unexpected(Failure(FailureCode::sct, "certificate.signedCertificateTimestamps",
                                   "valid timestamps of " + std::to_string(threshold) + " trusted certificate logs",
                                   std::to_string(witnesses.size())));
}

Checked<void> check_key_window(const base::TimeRange& window, const std::vector<ObservedTime>& times) {
    if (!window.start && !window.end) return {};
    if (times.empty())
        return std::unexpected(Failure(FailureCode::no_time, "verificationMaterial", "a verified time, as the key has a window"));
    for (const auto& time : times) {
        if (window.contains(time.fact.time)) continue;
        return std::unexpected(Failure(FailureCode::key_policy, "verificationMaterial", "a time within the window of the key",
                                       base::format_rfc3339(time.fact.time)));
    }
    return {};
}

struct Evidence {
    LogEvidence logs;
    std::vector<ObservedTime> times;  // of logs and timestamp authorities
};

Checked<Evidence> collect_evidence(const Bundle& bundle, const Signer& signer, const TrustedRoot& root, std::size_t logs) {
    Evidence evidence;
    TRY(evidence.logs, collect_log_evidence(bundle, signer, root, logs));
    evidence.times = evidence.logs.times;
    TRY_VOID(add_timestamps(bundle, root, evidence.times));
    return evidence;
}

template <typename Verified>
void tell(const Evidence& evidence, Verified& verified) {
    for (const auto& time : evidence.times) verified.times.push_back(time.fact);
    for (const auto& entry : evidence.logs.entries) verified.logs.push_back(entry.log->base_url);
}

}  // namespace

Checked<VerifiedSignature> verify(const Bundle& bundle, const TrustedRoot& root, const Artifact& artifact, const Thresholds& thresholds,
                                  const IsWanted& is_wanted) {
    TRY_VOID(check_thresholds(thresholds));
    TRY(const auto* const leaf, certificate_of(bundle));
    // What costs little comes first; that changes which failure is told, never whether there is one.
    TRY(auto identity, identity_of(*leaf));
    if (is_wanted && !is_wanted(identity)) return std::unexpected(unwanted(identity));
    TRY(auto claims, FulcioClaims::of(*leaf));
    TRY(auto predicate_type, check_subject(bundle, artifact));
    TRY_VOID(check_content_signature(bundle, *leaf, artifact));

    TRY(const auto evidence, collect_evidence(bundle, *leaf, root, thresholds.logs));
    TRY_VOID(check_times(evidence.times, thresholds.times));
    TRY_VOID(check_log_windows(evidence.logs, evidence.times));

    std::vector<base::Time> moments;
    for (const auto& time : evidence.times) moments.push_back(time.fact.time);
    TRY(const auto path, certificate_path(*leaf, root, moments));
    TRY_VOID(check_certificate_logs(*leaf, path[1], root, thresholds.certificate_logs));

    VerifiedSignature verified{std::move(identity.subject), std::move(identity.issuer), std::move(predicate_type), {}, {},
                               leaf->sha256_hex(),          std::move(claims)};
    tell(evidence, verified);
    return verified;
}

Checked<VerifiedKeySignature> verify_with_key(const Bundle& bundle, const TrustedRoot& root, const ManagedKey& key,
                                              const Artifact& artifact, std::size_t logs) {
    TRY_VOID(check_thresholds({.logs = logs}));
    TRY_VOID(check_key_named(bundle));
    TRY(auto predicate_type, check_subject(bundle, artifact));
    const Signer signer(key.key, key.padding);
    TRY_VOID(check_content_signature(bundle, signer, artifact));
    TRY(const auto evidence, collect_evidence(bundle, signer, root, logs));
    TRY_VOID(check_key_window(key.valid_for, evidence.times));
    VerifiedKeySignature verified{std::move(predicate_type), {}, {}};
    tell(evidence, verified);
    return verified;
}

}  // namespace sigstore
