#include "sigstore/legacy_signature.h"

#include "base/json_reader.h"
#include "sigstore/json_fields.h"
#include "sigstore/pem.h"
#include "sigstore/simple_signing.h"

namespace sigstore {

namespace {

using base::json::Reader;

const std::string kSignature = "dev.cosignproject.cosign/signature";
const std::string kCertificate = "dev.sigstore.cosign/certificate";
const std::string kBundle = "dev.sigstore.cosign/bundle";
const std::string kTimestamp = "dev.sigstore.cosign/rfc3161timestamp";

Checked<base::json::Value> parse_annotation(const std::string& text, const std::string& name) {
    if (text.size() > kMaxBundleSize) return std::unexpected(Failure(FailureCode::limits, name, "at most 4 MiB"));
    auto document = base::json::parse(text);
    if (!document) return std::unexpected(Failure(FailureCode::malformed, name, "JSON", document.error().message()));
    return *std::move(document);
}

Checked<Bundle::Material> parse_material(const std::string& pem) {
    if (pem.empty()) return PublicKeyHint{};
    const auto block = pem_decode(pem);
    if (!block || block->label != "CERTIFICATE") {
        return std::unexpected(Failure(FailureCode::malformed, kCertificate, "one PEM block CERTIFICATE"));
    }
    TRY(auto leaf, Certificate::parse(block->der, kCertificate));
    return leaf;
}

// The entry's kind is told by its body alone.
Checked<void> read_kind(LogEntry& entry) {
    TRY(const auto document, parse_annotation(std::string(base::as_text(entry.body)), entry.where + ".body"));
    const Reader body(document, entry.where + ".body");
    TRY(entry.kind, text_field(body, "kind"));
    TRY(entry.version, text_field(body, "apiVersion"));
    return {};
}

// A1.4. The index is the global one, the log's name is in hexadecimal digits.
Checked<LogEntry> parse_entry(const Reader& json) {
    TRY_VOID(json.only({"SignedEntryTimestamp", "Payload"}));
    LogEntry entry;
    entry.where = kBundle + ".Payload";
    TRY(entry.signed_entry_timestamp, bytes_field(json, "SignedEntryTimestamp"));
    TRY(const auto payload, json.at("Payload"));
    TRY_VOID(payload.only({"body", "integratedTime", "logIndex", "logID"}));
    TRY(entry.body, bytes_field(payload, "body"));
    TRY(const auto time, payload.at("integratedTime"));
    TRY(entry.integrated_time, time.unsigned_integer());
    TRY(const auto index, payload.at("logIndex"));
    TRY(entry.log_index, index.unsigned_integer());
    TRY(const auto id_text, text_field(payload, "logID"));
    const auto id = base::hex_decode(id_text);
    if (!id || id->size() != entry.log_id.size()) {
        return std::unexpected(Failure(FailureCode::malformed, kBundle + ".Payload.logID", "64 hexadecimal digits", id_text));
    }
    std::ranges::copy(*id, entry.log_id.begin());
    TRY_VOID(read_kind(entry));
    return entry;
}

Checked<std::vector<LogEntry>> parse_entries(const std::string& annotation) {
    std::vector<LogEntry> entries;
    if (annotation.empty()) return entries;
    TRY(const auto document, parse_annotation(annotation, kBundle));
    TRY(auto entry, parse_entry(Reader(document, kBundle)));
    entries.push_back(std::move(entry));
    return entries;
}

Checked<std::vector<base::Bytes>> parse_timestamps(const std::string& annotation) {
    std::vector<base::Bytes> timestamps;
    if (annotation.empty()) return timestamps;
    TRY(const auto document, parse_annotation(annotation, kTimestamp));
    const Reader json(document, kTimestamp);
    TRY_VOID(json.only({"SignedRFC3161Timestamp"}));
    TRY(auto token, bytes_field(json, "SignedRFC3161Timestamp"));
    if (token.size() > kMaxTimestampSize) return std::unexpected(Failure(FailureCode::limits, kTimestamp, "a timestamp of at most 64 KiB"));
    timestamps.push_back(std::move(token));
    return timestamps;
}

Checked<Bundle> assemble(const LegacyLayer& layer, Bundle::Content content, base::Bytes envelope) {
    Bundle::Parts parts{PublicKeyHint{}, std::move(content), {}, {}, std::move(envelope)};
    TRY(parts.material, parse_material(layer.certificate));
    TRY(parts.log_entries, parse_entries(layer.bundle));
    TRY(parts.timestamps, parse_timestamps(layer.timestamp));
    return Bundle::of_legacy(std::move(parts));
}

}  // namespace

Checked<LegacySignature> LegacySignature::of_image(const LegacyLayer& layer) {
    if (layer.blob.size() > kMaxSimpleSigning) return std::unexpected(Failure(FailureCode::limits, "payload", "at most 64 KiB"));
    auto signature = base::base64_decode(layer.signature);
    if (!signature || signature->empty()) {
        return std::unexpected(Failure(FailureCode::malformed, kSignature, "a signature in base64"));
    }
    const auto digest = base::sha256(layer.blob);  // always SHA-256 (A1.3)
    MessageSignature message{base::HashAlgorithm::sha256, base::Bytes(digest.begin(), digest.end()), *std::move(signature)};
    TRY(auto bundle, assemble(layer, std::move(message), {}));
    return LegacySignature(std::move(bundle), layer.blob);
}

Checked<LegacySignature> LegacySignature::of_attestation(const LegacyLayer& layer) {
    if (!layer.signature.empty()) return std::unexpected(Failure(FailureCode::malformed, kSignature, "none, as the envelope has it"));
    TRY(auto envelope, DsseEnvelope::parse(layer.blob));
    TRY(auto bundle, assemble(layer, std::move(envelope), layer.blob));
    return LegacySignature(std::move(bundle), {});
}

// What the signature must be about for the manifest to be signed: for an image its payload, which then names the manifest.
Checked<Artifact> LegacySignature::signed_artifact(const base::Digest& manifest) const {
    if (std::holds_alternative<DsseEnvelope>(bundle_.content())) return Artifact(manifest);
    TRY(const auto payload, SimpleSigning::parse(payload_));
    if (payload.is_about(manifest)) return Artifact::of_content(payload_);
    return std::unexpected(Failure(FailureCode::subject, "payload.critical.image.docker-manifest-digest", manifest.to_string(),
                                   payload.manifest().to_string()));
}

Checked<VerifiedSignature> LegacySignature::verify(const TrustedRoot& root, const base::Digest& manifest, const Thresholds& thresholds,
                                                   const IsWanted& is_wanted) const {
    TRY(const auto artifact, signed_artifact(manifest));
    return sigstore::verify(bundle_, root, artifact, thresholds, is_wanted);
}

Checked<VerifiedKeySignature> LegacySignature::verify_with_key(const TrustedRoot& root, const ManagedKey& key, const base::Digest& manifest,
                                                               std::size_t logs) const {
    TRY(const auto artifact, signed_artifact(manifest));
    return sigstore::verify_with_key(bundle_, root, key, artifact, logs);
}

}  // namespace sigstore
