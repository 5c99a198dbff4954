#include "sigstore/verifier.h"

#include <algorithm>
#include <set>

#include "sigstore/chain.h"
#include "sigstore/dsse.h"
#include "sigstore/fulcio_extensions.h"
#include "sigstore/log_evidence.h"
#include "sigstore/sct.h"
#include "sigstore/statement.h"
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

// What was signed is this artifact. The predicate type is empty for a message signature, which has none.
Checked<std::string> check_subject(const Bundle& bundle, const base::Digest& artifact) {
    if (const auto* const message = std::get_if<MessageSignature>(&bundle.content())) {
        if (message->digest_algorithm == artifact.algorithm() && message->digest == artifact.bytes()) return std::string();
        return std::unexpected(Failure(FailureCode::subject, "messageSignature.messageDigest", artifact.to_string(), "another digest"));
    }
    const auto& envelope = *std::get_if<DsseEnvelope>(&bundle.content());
    if (envelope.payload_type != kInTotoPayloadType) {
        return std::unexpected(
            Failure(FailureCode::unsupported, "dsseEnvelope.payloadType", std::string(kInTotoPayloadType), envelope.payload_type));
    }
    TRY(const auto statement, Statement::parse(envelope.payload));
    if (statement.is_about(artifact)) return statement.predicate_type();
    return std::unexpected(Failure(FailureCode::subject, "payload.subject", artifact.to_string(), statement.first_subject()));
}

bool envelope_verifies(const DsseEnvelope& envelope, const PublicKey& key) {
    const auto message = dsse_pae(envelope.payload_type, envelope.payload);
    const auto hash = key.default_hash().value_or(base::HashAlgorithm::sha256);  // Ed25519 takes none
    if (key.verify(hash, message, envelope.signature)) return true;
    // Old clients hashed with SHA-256 whatever the curve (sigstore-verification 7.1).
    return key.is_ecdsa() && hash != base::HashAlgorithm::sha256 && key.verify(base::HashAlgorithm::sha256, message, envelope.signature);
}

// Over the artifact's digest that was asked for, never over the bundle's own claim of it; by the hash that goes with
// the key.
bool message_verifies(const MessageSignature& message, const PublicKey& key, const base::Digest& artifact) {
    const bool fits = key.default_hash() == artifact.algorithm() || (key.is_ecdsa() && artifact.algorithm() == base::HashAlgorithm::sha256);
    return fits && key.verify_digest(artifact.algorithm(), artifact.bytes(), message.signature);
}

Checked<void> check_signature(const Bundle& bundle, const PublicKey& key, const base::Digest& artifact) {
    // RSA leaves of other sizes are in no registry of Sigstore's algorithms.
    if (key.kind() == KeyKind::rsa && key.bits() != 2048 && key.bits() != 3072 && key.bits() != 4096) {
        return std::unexpected(Failure(FailureCode::unsupported, "certificate", "RSA with 2048, 3072 or 4096 bits"));
    }
    const std::string expected = "a valid signature by the certificate's key";
    if (const auto* const envelope = std::get_if<DsseEnvelope>(&bundle.content())) {
        if (envelope_verifies(*envelope, key)) return {};
        return std::unexpected(Failure(FailureCode::signature, "dsseEnvelope.signatures[0]", expected));
    }
    // Certificates of Ed25519 keys sign messages pre-hashed, which OpenSSL 3.0 does not have: unknown, not wrong.
    if (key.kind() == KeyKind::ed25519) {
        return std::unexpected(Failure(FailureCode::unsupported, "certificate", "another algorithm than pre-hashed Ed25519"));
    }
    if (message_verifies(*std::get_if<MessageSignature>(&bundle.content()), key, artifact)) return {};
    return std::unexpected(Failure(FailureCode::signature, "messageSignature.signature", expected));
}

Checked<void> add_timestamps(const Bundle& bundle, const TrustedRoot& root, std::vector<ObservedTime>& times) {
    for (std::size_t i = 0; i < bundle.timestamps().size(); ++i) {
        const auto where = "verificationMaterial.timestampVerificationData.rfc3161Timestamps[" + std::to_string(i) + "]";
        TRY(const auto facts, verify_timestamp(bundle.timestamps()[i], bundle.signature(), root, where));
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

}  // namespace

Checked<VerifiedSignature> verify(const Bundle& bundle, const TrustedRoot& root, const base::Digest& artifact,
                                  const Thresholds& thresholds) {
    TRY_VOID(check_thresholds(thresholds));
    TRY(const auto* const leaf, certificate_of(bundle));
    // What costs little comes first; that changes which failure is told, never whether there is one.
    TRY(auto identity, identity_of(*leaf));
    TRY(auto predicate_type, check_subject(bundle, artifact));
    TRY_VOID(check_signature(bundle, leaf->key(), artifact));

    TRY(const auto logs, collect_log_evidence(bundle, *leaf, root, thresholds.logs));
    auto times = logs.times;
    TRY_VOID(add_timestamps(bundle, root, times));
    TRY_VOID(check_times(times, thresholds.times));
    TRY_VOID(check_log_windows(logs, times));

    std::vector<base::Time> moments;
    for (const auto& time : times) moments.push_back(time.fact.time);
    TRY(const auto path, certificate_path(*leaf, root, moments));
    TRY_VOID(check_certificate_logs(*leaf, path[1], root, thresholds.certificate_logs));

    VerifiedSignature verified{std::move(identity.subject), std::move(identity.issuer), std::move(predicate_type), {}, {},
                               leaf->sha256_hex()};
    for (const auto& time : times) verified.times.push_back(time.fact);
    for (const auto& entry : logs.entries) verified.logs.push_back(entry.log->base_url);
    return verified;
}

}  // namespace sigstore
