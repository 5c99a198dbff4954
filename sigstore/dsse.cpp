#include "sigstore/dsse.h"

#include <string>

#include "sigstore/json_fields.h"

namespace sigstore {

namespace {

constexpr std::size_t kMaxSignatures = 32;  // counted before they are looked at

}  // namespace

Checked<DsseEnvelope> DsseEnvelope::parse(const base::json::Reader& json) {
    TRY_VOID(json.only({"payload", "payloadType", "signatures"}));
    DsseEnvelope envelope;
    TRY(envelope.payload_type, text_field(json, "payloadType"));
    TRY(envelope.payload, bytes_field(json, "payload"));
    // More than one: the statement would have several signers, of whom one is checked (sigstore-go PR #226).
    TRY(const auto signatures, list_field(json, "signatures", kMaxSignatures));
    if (signatures.size() != 1) {
        return std::unexpected(
            Failure(FailureCode::malformed, json.path() + ".signatures", "exactly one signature", std::to_string(signatures.size())));
    }
    TRY_VOID(signatures.front().only({"sig", "keyid"}));
    TRY(const auto keyid, signatures.front().find("keyid"));
    if (keyid) {
        TRY(envelope.key_id, keyid->string());
    }
    TRY(envelope.signature, bytes_field(signatures.front(), "sig"));
    return envelope;
}

Checked<DsseEnvelope> DsseEnvelope::parse(base::BytesView text) {
    if (text.size() > kMaxEnvelope) return std::unexpected(Failure(FailureCode::limits, "envelope", "at most 16 MiB"));
    base::json::Limits limits;
    limits.bytes = kMaxEnvelope;
    const auto document = base::json::parse(base::as_text(text), limits);
    if (!document) return std::unexpected(Failure(FailureCode::malformed, "envelope", "JSON", document.error().message()));
    return parse(base::json::Reader(*document, "envelope"));
}

base::Bytes dsse_pae(std::string_view payload_type, base::BytesView payload) {
    const auto head =
        "DSSEv1 " + std::to_string(payload_type.size()) + " " + std::string(payload_type) + " " + std::to_string(payload.size()) + " ";
    auto encoded = base::to_bytes(head);
    encoded.insert(encoded.end(), payload.begin(), payload.end());
    return encoded;
}

}  // namespace sigstore
