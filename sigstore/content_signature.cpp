#include "sigstore/content_signature.h"

#include "sigstore/dsse.h"
#include "sigstore/statement.h"

namespace sigstore {

namespace {

using base::HashAlgorithm;

std::unexpected<Failure> unsupported(const Signer& signer, std::string expected) {
    return std::unexpected(Failure(FailureCode::unsupported, signer.noun(), std::move(expected)));
}

std::unexpected<Failure> wrong(const Signer& signer, std::string where) {
    return std::unexpected(Failure(FailureCode::signature, std::move(where), std::string("a valid signature by the ") + signer.noun()));
}

// Old clients hashed with SHA-256 whatever the curve: those of certificates, and all of the older formats (sigstore-verification 7.1,
// cosign-oci-and-signing A1.3).
bool may_be_sha256(const Bundle& bundle, const Signer& signer) {
    return (signer.certificate != nullptr || bundle.is_legacy()) && signer.key.is_ecdsa();
}

bool verifies(const Signer& signer, HashAlgorithm hash, base::BytesView digest, base::BytesView signature) {
    return signer.key.verify_digest(hash, digest, signature, signer.padding);
}

bool envelope_verifies(const Bundle& bundle, const DsseEnvelope& envelope, const Signer& signer) {
    const auto message = dsse_pae(envelope.payload_type, envelope.payload);
    const auto hash = signer.key.default_hash();
    if (!hash) return signer.key.verify_ed25519(message, envelope.signature);
    if (verifies(signer, *hash, base::hash(*hash, message), envelope.signature)) return true;
    return may_be_sha256(bundle, signer) && *hash != HashAlgorithm::sha256 &&
           verifies(signer, HashAlgorithm::sha256, base::sha256(message), envelope.signature);
}

// Holders of certificates sign pre-hashed, in older formats not; a managed key signs either way.
Checked<void> check_ed25519(const Bundle& bundle, const MessageSignature& message, const Signer& signer, const Artifact& artifact) {
    if (!artifact.content()) return unsupported(signer, "another algorithm than Ed25519, which needs the artifact and not its digest");
    if (signer.key.verify_ed25519ph(*artifact.content(), message.signature)) return {};
    const bool may_be_pure = signer.certificate == nullptr || bundle.is_legacy();
    if (may_be_pure && signer.key.verify_ed25519(*artifact.content(), message.signature)) return {};
    return wrong(signer, "messageSignature.signature");
}

Checked<void> check_message(const Bundle& bundle, const MessageSignature& message, const Signer& signer, const Artifact& artifact) {
    const auto hash = signer.key.default_hash();
    if (!hash) return check_ed25519(bundle, message, signer, artifact);
    const auto* const digest = artifact.digest(*hash);
    if (digest != nullptr && verifies(signer, *hash, *digest, message.signature)) return {};
    const auto* const sha256 = artifact.digest(HashAlgorithm::sha256);
    const bool is_other = *hash != HashAlgorithm::sha256 && may_be_sha256(bundle, signer) && sha256 != nullptr;
    if (is_other && verifies(signer, HashAlgorithm::sha256, *sha256, message.signature)) return {};
    if (digest == nullptr && !is_other) return unsupported(signer, "a key whose hash is that of the artifact's digest");
    return wrong(signer, "messageSignature.signature");
}

Checked<void> check_message_subject(const MessageSignature& message, const Artifact& artifact) {
    const std::string where = "messageSignature.messageDigest";
    const auto* const digest = artifact.digest(message.digest_algorithm);
    if (digest != nullptr && message.digest == *digest) return {};
    return std::unexpected(Failure(FailureCode::subject, where, artifact.name(), "another digest"));
}

}  // namespace

Checked<void> check_content_signature(const Bundle& bundle, const Signer& signer, const Artifact& artifact) {
    const auto bits = signer.key.bits();
    // RSA keys of other sizes are in no registry of Sigstore's algorithms.
    if (signer.key.kind() == KeyKind::rsa && bits != 2048 && bits != 3072 && bits != 4096) {
        return unsupported(signer, "RSA with 2048, 3072 or 4096 bits");
    }
    if (const auto* const message = std::get_if<MessageSignature>(&bundle.content()))
        return check_message(bundle, *message, signer, artifact);
    if (envelope_verifies(bundle, *std::get_if<DsseEnvelope>(&bundle.content()), signer)) return {};
    return wrong(signer, "dsseEnvelope.signatures[0]");
}

Checked<std::string> check_subject(const Bundle& bundle, const Artifact& artifact) {
    if (const auto* const message = std::get_if<MessageSignature>(&bundle.content())) {
        TRY_VOID(check_message_subject(*message, artifact));
        return std::string();
    }
    const auto& envelope = *std::get_if<DsseEnvelope>(&bundle.content());
    if (envelope.payload_type != kInTotoPayloadType) {
        return std::unexpected(
            Failure(FailureCode::unsupported, "dsseEnvelope.payloadType", std::string(kInTotoPayloadType), envelope.payload_type));
    }
    TRY(const auto statement, Statement::parse(envelope.payload));
    if (statement.is_about(artifact)) return statement.predicate_type();
    return std::unexpected(Failure(FailureCode::subject, "payload.subject", artifact.name(), statement.first_subject()));
}

}  // namespace sigstore
