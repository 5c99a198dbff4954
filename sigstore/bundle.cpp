#include "sigstore/bundle.h"

#include <algorithm>

#include "base/json_reader.h"
#include "sigstore/json_fields.h"

namespace sigstore {

namespace {

// All entries, proofs and certificates that a bundle may have come to some 5 000.
constexpr std::size_t kMostValues = 20'000;

using base::json::Reader;

// Exactly these four spellings (sigstore-verification 1.1): a semantic version in between is nothing that anybody
// writes.
Checked<BundleVersion> parse_media_type(const Reader& json) {
    TRY(const auto type, text_field(json, "mediaType"));
    if (type == "application/vnd.dev.sigstore.bundle.v0.3+json") return BundleVersion::v0_3;
    if (type == "application/vnd.dev.sigstore.bundle+json;version=0.3") return BundleVersion::v0_3;
    if (type == "application/vnd.dev.sigstore.bundle+json;version=0.2") return BundleVersion::v0_2;
    if (type == "application/vnd.dev.sigstore.bundle+json;version=0.1") return BundleVersion::v0_1;
    return std::unexpected(Failure(FailureCode::unsupported, "mediaType", "a Sigstore bundle of version 0.1, 0.2 or 0.3", type));
}

Checked<Certificate> parse_certificate(const Reader& json) {
    TRY_VOID(json.only({"rawBytes"}));
    TRY(const auto der, bytes_field(json, "rawBytes"));
    return Certificate::parse(der, json.path() + ".rawBytes");
}

// The first certificate is the leaf; the others are untrusted and never used, not even read
// (sigstore-verification 1.5).
Checked<Certificate> parse_chain(const Reader& json) {
    TRY_VOID(json.only({"certificates"}));
    TRY(const auto certificates, list_field(json, "certificates", kMaxBundleCertificates));
    if (certificates.empty()) {
        return std::unexpected(Failure(FailureCode::malformed, json.path() + ".certificates", "at least one certificate", "none"));
    }
    return parse_certificate(certificates.front());
}

Checked<Bundle::Material> parse_material(const Reader& json, BundleVersion version) {
    TRY(const auto key, json.find("publicKey"));
    TRY(const auto chain, json.find("x509CertificateChain"));
    TRY(const auto certificate, json.find("certificate"));
    if (int{key.has_value()} + int{chain.has_value()} + int{certificate.has_value()} != 1) {
        return std::unexpected(Failure(FailureCode::malformed, json.path(), "exactly one of certificate and publicKey"));
    }
    if (key) {
        TRY_VOID(key->only({"hint"}));
        TRY(const auto hint, key->find("hint"));
        if (!hint) return PublicKeyHint{};
        TRY(const auto text, hint->string());
        return PublicKeyHint{std::string(text)};
    }
    if (chain && version == BundleVersion::v0_3) {
        return std::unexpected(Failure(FailureCode::malformed, chain->path(), "certificate, as version 0.3 has it"));
    }
    TRY(auto leaf, chain ? parse_chain(*chain) : parse_certificate(*certificate));
    return leaf;
}

Checked<MessageSignature> parse_message_signature(const Reader& json) {
    TRY_VOID(json.only({"messageDigest", "signature"}));
    TRY(const auto digest, json.at("messageDigest"));
    TRY_VOID(digest.only({"algorithm", "digest"}));
    MessageSignature message{};
    TRY(message.digest_algorithm, hash_field(digest, "algorithm"));
    TRY(message.digest, bytes_field(digest, "digest"));
    TRY(message.signature, bytes_field(json, "signature"));
    return message;
}

Checked<Bundle::Content> parse_content(const Reader& json) {
    TRY(const auto envelope, json.find("dsseEnvelope"));
    TRY(const auto message, json.find("messageSignature"));
    if (envelope.has_value() == message.has_value()) {
        return std::unexpected(Failure(FailureCode::malformed, "", "exactly one of dsseEnvelope and messageSignature"));
    }
    if (envelope) {
        TRY(auto parsed, DsseEnvelope::parse(*envelope));
        return parsed;
    }
    TRY(auto parsed, parse_message_signature(*message));
    return parsed;
}

// Both name the key of the same signature (protobuf-specs PublicKeyIdentifier; sigstore-verification 1.6).
Checked<void> check_key_names(const Bundle::Material& material, const Bundle::Content& content) {
    const auto* const key = std::get_if<PublicKeyHint>(&material);
    const auto* const envelope = std::get_if<DsseEnvelope>(&content);
    if (key == nullptr || envelope == nullptr || key->hint.empty() || envelope->key_id.empty()) return {};
    if (key->hint == envelope->key_id) return {};
    return std::unexpected(
        Failure(FailureCode::malformed, "dsseEnvelope.signatures[0].keyid", "the hint of the public key, " + key->hint, envelope->key_id));
}

Checked<std::vector<LogEntry>> parse_entries(const Reader& json, BundleVersion version) {
    TRY(const auto items, list_field(json, "tlogEntries", kMaxLogEntries));
    std::vector<LogEntry> entries;
    for (const auto& item : items) {
        TRY(auto entry, LogEntry::parse(item));
        if (version != BundleVersion::v0_1 && !entry.proof) {
            return std::unexpected(Failure(FailureCode::inclusion, entry.where, "an inclusion proof", "none"));
        }
        const auto is_same = [&](const LogEntry& other) { return other.log_id == entry.log_id && other.log_index == entry.log_index; };
        // One entry twice is one witness that looks like two (sigstore-go PR #73).
        if (std::ranges::any_of(entries, is_same)) {
            return std::unexpected(Failure(FailureCode::malformed, entry.where, "each entry once", "an entry that is there already"));
        }
        entries.push_back(std::move(entry));
    }
    const auto is_promised = [](const LogEntry& entry) { return !entry.signed_entry_timestamp.empty(); };
    if (version == BundleVersion::v0_1 && std::ranges::none_of(entries, is_promised)) {
        return std::unexpected(
            Failure(FailureCode::malformed, json.path() + ".tlogEntries", "an inclusion promise, as version 0.1 has it"));
    }
    return entries;
}

Checked<std::vector<base::Bytes>> parse_timestamps(const Reader& json) {
    TRY(const auto data, json.find("timestampVerificationData"));
    if (!data) return std::vector<base::Bytes>();
    TRY_VOID(data->only({"rfc3161Timestamps"}));
    TRY(const auto items, list_field(*data, "rfc3161Timestamps", kMaxTimestamps));
    std::vector<base::Bytes> timestamps;
    for (const auto& item : items) {
        TRY_VOID(item.only({"signedTimestamp"}));
        TRY(auto token, bytes_field(item, "signedTimestamp"));
        if (token.size() > kMaxTimestampSize) {
            return std::unexpected(Failure(FailureCode::limits, item.path(), "a timestamp of at most 64 KiB"));
        }
        timestamps.push_back(std::move(token));
    }
    return timestamps;
}

}  // namespace

Checked<Bundle> Bundle::parse(base::BytesView json) {
    if (json.size() > kMaxBundleSize) {
        return std::unexpected(Failure(FailureCode::limits, "", "a bundle of at most 4 MiB", std::to_string(json.size()) + " bytes"));
    }
    base::json::Limits limits;
    limits.values = kMostValues;
    TRY(const auto document, base::json::parse(base::as_text(json), limits));
    const Reader root(document);
    TRY(const auto version, parse_media_type(root));
    TRY_VOID(root.only({"mediaType", "verificationMaterial", "dsseEnvelope", "messageSignature"}));
    TRY(const auto material, root.at("verificationMaterial"));
    TRY_VOID(material.only({"publicKey", "x509CertificateChain", "certificate", "tlogEntries", "timestampVerificationData"}));
    TRY(auto content, parse_content(root));
    TRY(auto parsed_material, parse_material(material, version));
    TRY_VOID(check_key_names(parsed_material, content));
    Bundle bundle(version, std::move(parsed_material), std::move(content));
    TRY(bundle.log_entries_, parse_entries(material, version));
    TRY(bundle.timestamps_, parse_timestamps(material));
    return bundle;
}

Bundle Bundle::of_legacy(Parts parts) {
    Bundle bundle(BundleVersion::v0_1, std::move(parts.material), std::move(parts.content));
    bundle.log_entries_ = std::move(parts.log_entries);
    bundle.timestamps_ = std::move(parts.timestamps);
    bundle.is_legacy_ = true;
    bundle.envelope_text_ = std::move(parts.envelope);
    return bundle;
}

const base::Bytes& Bundle::signature() const {
    if (const auto* envelope = std::get_if<DsseEnvelope>(&content_)) return envelope->signature;
    return std::get_if<MessageSignature>(&content_)->signature;
}

}  // namespace sigstore
