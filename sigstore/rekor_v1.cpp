#include "sigstore/rekor_v1.h"

#include "base/json_reader.h"
#include "sigstore/checkpoint.h"
#include "sigstore/json_fields.h"
#include "sigstore/merkle.h"
#include "sigstore/pem.h"

namespace sigstore::rekor_v1 {

namespace {

using base::json::Reader;

std::unexpected<Failure> mismatch(const Reader& place, std::string expected) {
    return std::unexpected(Failure(FailureCode::body_mismatch, place.path(), std::move(expected), "another"));
}

Checked<void> check_signature(const Reader& field, base::BytesView in_log, const Bundle& bundle) {
    // Bytes, not validity: two signatures over one payload can both be valid, and ECDSA signatures can be altered and
    // stay so.
    if (!base::equal(in_log, bundle.signature())) return mismatch(field, "the signature of the bundle");
    return {};
}

// The PEM text differs among clients, the DER in it does not.
Checked<void> check_signer(const Reader& field, const Signer& signer) {
    const bool is_key = signer.certificate == nullptr;
    const auto expected = std::string("the ") + signer.noun() + " of the signer as PEM";
    TRY(const auto text, field.base64());
    const auto block = pem_decode(base::as_text(text));
    if (!block || block->label != (is_key ? "PUBLIC KEY" : "CERTIFICATE")) return mismatch(field, expected);
    if (block->der != (is_key ? signer.key.spki() : signer.certificate->der())) return mismatch(field, expected);
    return {};
}

// { "algorithm": …, "value": hex }
Checked<void> check_hash(const Reader& hash, base::HashAlgorithm algorithm, base::BytesView expected) {
    TRY_VOID(hash.only({"algorithm", "value"}));
    TRY(const auto name, text_field(hash, "algorithm"));
    TRY(const auto value, text_field(hash, "value"));
    const std::string_view expected_name = algorithm == base::HashAlgorithm::sha256   ? "sha256"
                                           : algorithm == base::HashAlgorithm::sha384 ? "sha384"
                                                                                      : "sha512";
    if (name != expected_name) return mismatch(hash, "the algorithm " + std::string(expected_name));
    if (value != base::hex_encode(expected)) return mismatch(hash, "the digest " + base::hex_encode(expected));
    return {};
}

Checked<void> check_payload_hash(const Reader& hash, const DsseEnvelope& envelope) {
    return check_hash(hash, base::HashAlgorithm::sha256, base::sha256(envelope.payload));
}

// `data` of hashedrekord and rekord.
Checked<void> check_data(const Reader& spec, const MessageSignature& message) {
    TRY_VOID(spec.only({"data", "signature"}));
    TRY(const auto data, spec.at("data"));
    TRY_VOID(data.only({"hash"}));
    TRY(const auto hash, data.at("hash"));
    return check_hash(hash, message.digest_algorithm, message.digest);
}

// `signature` of hashedrekord and rekord.
Checked<void> check_detached(const Reader& signature, const Bundle& bundle, const Signer& signer) {
    TRY(const auto content, signature.at("content"));
    TRY(const auto bytes, content.base64());
    TRY_VOID(check_signature(content, bytes, bundle));
    TRY(const auto key, signature.at("publicKey"));
    TRY_VOID(key.only({"content"}));
    TRY(const auto pem, key.at("content"));
    return check_signer(pem, signer);
}

Checked<void> check_hashedrekord(const Reader& spec, const Bundle& bundle, const Signer& signer) {
    const auto* const message = std::get_if<MessageSignature>(&bundle.content());
    // sigstore-verification 4.2: an envelope is never a hashedrekord 0.0.1.
    if (message == nullptr) return mismatch(spec, "an entry about an envelope");
    TRY_VOID(check_data(spec, *message));
    TRY(const auto signature, spec.at("signature"));
    TRY_VOID(signature.only({"content", "publicKey"}));
    return check_detached(signature, bundle, signer);
}

// What came before hashedrekord; other formats of keys than x509 are of no Sigstore client.
Checked<void> check_rekord(const Reader& spec, const Bundle& bundle, const Signer& signer) {
    const auto* const message = std::get_if<MessageSignature>(&bundle.content());
    if (message == nullptr) return mismatch(spec, "an entry about an envelope");
    TRY_VOID(check_data(spec, *message));
    TRY(const auto signature, spec.at("signature"));
    TRY_VOID(signature.only({"content", "format", "publicKey"}));
    TRY(const auto format_field, signature.at("format"));
    TRY(const auto format, format_field.string());
    if (format != "x509") return mismatch(format_field, "x509");
    return check_detached(signature, bundle, signer);
}

// The one element of `signatures`; a second one would be somebody else's and nobody compares it.
Checked<Reader> only_signature(const Reader& object) {
    TRY(const auto list, list_field(object, "signatures", 32));
    if (list.size() != 1) return mismatch(object, "exactly one signature");
    return list.front();
}

Checked<void> check_dsse(const Reader& spec, const Bundle& bundle, const Signer& signer) {
    const auto* const envelope = std::get_if<DsseEnvelope>(&bundle.content());
    if (envelope == nullptr) return mismatch(spec, "an entry about a message signature");
    // envelopeHash is of the client's JSON text, which a bundle does not keep; it commits to nothing that is not
    // compared here.
    TRY_VOID(spec.only({"envelopeHash", "payloadHash", "signatures"}));
    TRY(const auto payload_hash, spec.at("payloadHash"));
    TRY_VOID(check_payload_hash(payload_hash, *envelope));
    TRY(const auto signature, only_signature(spec));
    TRY_VOID(signature.only({"signature", "verifier"}));
    TRY(const auto content, signature.at("signature"));
    TRY(const auto bytes, content.base64());
    TRY_VOID(check_signature(content, bytes, bundle));
    TRY(const auto verifier, signature.at("verifier"));
    return check_signer(verifier, signer);
}

Checked<void> check_intoto_signature(const Reader& envelope, const Bundle& bundle, const Signer& signer) {
    TRY(const auto signature, only_signature(envelope));
    TRY_VOID(signature.only({"keyid", "publicKey", "sig"}));
    TRY(const auto sig, signature.at("sig"));
    TRY(const auto once, sig.base64());
    // Base64 of base64: a historical accident that stays (rekor PR #1158 was taken back).
    const auto twice = base::base64_decode(base::as_text(once));
    if (!twice) return mismatch(sig, "the signature of the bundle in base64 twice");
    TRY_VOID(check_signature(sig, *twice, bundle));
    TRY(const auto key, signature.at("publicKey"));
    return check_signer(key, signer);
}

Checked<void> check_intoto(const Reader& spec, const Bundle& bundle, const Signer& signer) {
    const auto* const envelope = std::get_if<DsseEnvelope>(&bundle.content());
    if (envelope == nullptr) return mismatch(spec, "an entry about a message signature");
    TRY_VOID(spec.only({"content"}));
    TRY(const auto content, spec.at("content"));
    TRY_VOID(content.only({"envelope", "hash", "payloadHash"}));
    TRY(const auto payload_hash, content.at("payloadHash"));
    TRY_VOID(check_payload_hash(payload_hash, *envelope));
    TRY(const auto logged, content.at("envelope"));
    TRY_VOID(logged.only({"payload", "payloadType", "signatures"}));  // payload is stripped by the log as a rule
    TRY(const auto type_field, logged.at("payloadType"));
    TRY(const auto type, type_field.string());
    if (type != envelope->payload_type) return mismatch(type_field, envelope->payload_type);
    return check_intoto_signature(logged, bundle, signer);
}

// Has no signature in it, but the hash of the envelope that has: for envelopes whose own text is at hand.
Checked<void> check_first_intoto(const Reader& spec, const Bundle& bundle, const Signer& signer) {
    const auto* const envelope = std::get_if<DsseEnvelope>(&bundle.content());
    if (envelope == nullptr) return mismatch(spec, "an entry about a message signature");
    TRY_VOID(spec.only({"content", "publicKey"}));
    TRY(const auto content, spec.at("content"));
    TRY_VOID(content.only({"hash", "payloadHash"}));
    TRY(const auto hash, content.at("hash"));
    TRY_VOID(check_hash(hash, base::HashAlgorithm::sha256, base::sha256(bundle.envelope_text())));
    TRY(const auto payload_hash, content.find("payloadHash"));
    if (payload_hash) {
        TRY_VOID(check_payload_hash(*payload_hash, *envelope));
    }
    TRY(const auto key, spec.at("publicKey"));
    return check_signer(key, signer);
}

using Check = Checked<void> (*)(const Reader& spec, const Bundle& bundle, const Signer& signer);

// Null: not supported. Two kinds occur in cosign's older formats only (sigstore-verification 4.1).
Check check_of(std::string_view kind, std::string_view version, bool is_legacy) {
    if (kind == "hashedrekord" && version == "0.0.1") return check_hashedrekord;
    if (kind == "dsse" && version == "0.0.1") return check_dsse;
    if (kind == "intoto" && version == "0.0.2") return check_intoto;
    if (is_legacy && kind == "rekord" && version == "0.0.1") return check_rekord;
    if (is_legacy && kind == "intoto" && version == "0.0.1") return check_first_intoto;
    return nullptr;
}

}  // namespace

bool is_supported(const LogEntry& entry, const Bundle& bundle) {
    return check_of(entry.kind, entry.version, bundle.is_legacy()) != nullptr;
}

Checked<void> check_body(const LogEntry& entry, const Bundle& bundle, const Signer& signer) {
    const auto place = entry.where + ".canonicalizedBody";
    const auto document = base::json::parse(base::as_text(entry.body));
    if (!document) return std::unexpected(Failure(FailureCode::malformed, place, "JSON", document.error().message()));
    const Reader body(*document, place);
    TRY_VOID(body.only({"apiVersion", "kind", "spec"}));
    TRY(const auto kind, text_field(body, "kind"));
    TRY(const auto version, text_field(body, "apiVersion"));
    // One decision about how to read the entry, from what the log signed; the bundle's own claim must agree.
    if (kind != entry.kind || version != entry.version) {
        return std::unexpected(Failure(FailureCode::malformed, place, entry.kind + " " + entry.version, kind + " " + version));
    }
    TRY(const auto spec, body.at("spec"));
    return check_of(kind, version, bundle.is_legacy())(spec, bundle, signer);
}

std::string promise_payload(const LogEntry& entry) {
    return R"({"body":")" + base::base64_encode(entry.body) + R"(","integratedTime":)" + std::to_string(entry.integrated_time) +
           R"(,"logID":")" + base::hex_encode(entry.log_id) + R"(","logIndex":)" + std::to_string(entry.log_index) + "}";
}

Checked<void> check_promise(const LogEntry& entry, const TransparencyLog& log) {
    const auto place = entry.where + ".inclusionPromise";
    if (!log.key.is_ecdsa()) return std::unexpected(Failure(FailureCode::set, place, "a log with an ECDSA key"));
    const auto time = base::from_unix_seconds(entry.integrated_time);
    if (entry.integrated_time == 0 || !log.valid_for.contains(time)) {
        return std::unexpected(Failure(FailureCode::set, place, "a time within the window of the log's key", base::format_rfc3339(time)));
    }
    if (!log.key.verify(base::HashAlgorithm::sha256, base::as_bytes(promise_payload(entry)), entry.signed_entry_timestamp)) {
        return std::unexpected(Failure(FailureCode::set, place, "a valid signature of " + log.base_url));
    }
    return {};
}

Checked<void> check_inclusion(const LogEntry& entry, const TransparencyLog& log) {
    const auto place = entry.where + ".inclusionProof";
    const auto& proof = *entry.proof;
    TRY(const auto checkpoint, Checkpoint::parse(proof.checkpoint, place + ".checkpoint"));
    TRY_VOID(checkpoint.verify_v1(log));
    // A genuine checkpoint of another tree head must not lend its signature to this proof.
    if (proof.root_hash != checkpoint.root() || proof.tree_size != checkpoint.size()) {
        return std::unexpected(Failure(FailureCode::inclusion, place, "root and size of the checkpoint"));
    }
    // The log is sharded: the position in the tree is the proof's own index, not the entry's, which counts over all
    // shards.
    const auto root = root_of_path(leaf_hash(entry.body), proof.log_index.value_or(0), checkpoint.size(), proof.hashes);
    if (!root || *root != checkpoint.root()) {
        return std::unexpected(Failure(FailureCode::inclusion, place, "a path from the body to the checkpoint's root"));
    }
    return {};
}

}  // namespace sigstore::rekor_v1
