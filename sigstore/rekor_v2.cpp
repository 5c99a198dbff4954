#include "sigstore/rekor_v2.h"

#include <optional>
#include <string_view>

#include "sigstore/checkpoint.h"
#include "sigstore/dsse.h"
#include "sigstore/merkle.h"

namespace sigstore::rekor_v2 {

namespace {

struct KeyDetails {
    std::string_view name;
    base::HashAlgorithm hash;
    std::string_view hash_name;
};

std::optional<KeyDetails> details_of(const PublicKey& key) {
    switch (key.kind()) {
        case KeyKind::ecdsa_p256: return KeyDetails{"PKIX_ECDSA_P256_SHA_256", base::HashAlgorithm::sha256, "SHA2_256"};
        case KeyKind::ecdsa_p384: return KeyDetails{"PKIX_ECDSA_P384_SHA_384", base::HashAlgorithm::sha384, "SHA2_384"};
        case KeyKind::ecdsa_p521: return KeyDetails{"PKIX_ECDSA_P521_SHA_512", base::HashAlgorithm::sha512, "SHA2_512"};
        case KeyKind::rsa: break;
        case KeyKind::ed25519: return std::nullopt;
    }
    switch (key.bits()) {
        case 2048: return KeyDetails{"PKIX_RSA_PKCS1V15_2048_SHA256", base::HashAlgorithm::sha256, "SHA2_256"};
        case 3072: return KeyDetails{"PKIX_RSA_PKCS1V15_3072_SHA256", base::HashAlgorithm::sha256, "SHA2_256"};
        case 4096: return KeyDetails{"PKIX_RSA_PKCS1V15_4096_SHA256", base::HashAlgorithm::sha256, "SHA2_256"};
        default: return std::nullopt;
    }
}

std::string body_place(const LogEntry& entry) { return entry.where + ".canonicalizedBody"; }

Checked<base::Bytes> digest_of(const LogEntry& entry, const Bundle& bundle, base::HashAlgorithm hash) {
    if (const auto* const envelope = std::get_if<DsseEnvelope>(&bundle.content())) {
        return base::hash(hash, dsse_pae(envelope->payload_type, envelope->payload));
    }
    const auto& message = *std::get_if<MessageSignature>(&bundle.content());
    if (message.digest_algorithm != hash) {
        return std::unexpected(Failure(FailureCode::body_mismatch, body_place(entry), "a digest by the hash of the signer's key"));
    }
    return message.digest;
}

// What proto3 leaves out is taken from the checkpoint; what is there must agree with it.
bool agrees(const LogEntry& entry, const Checkpoint& checkpoint) {
    const auto& proof = *entry.proof;
    return proof.log_index.value_or(entry.log_index) == entry.log_index &&
           proof.tree_size.value_or(checkpoint.size()) == checkpoint.size() &&
           proof.root_hash.value_or(checkpoint.root()) == checkpoint.root();
}

Checked<void> check_inclusion(const LogEntry& entry, const TransparencyLog& log) {
    const auto place = entry.where + ".inclusionProof";
    if (!entry.proof) return std::unexpected(Failure(FailureCode::inclusion, place, "an inclusion proof", "none"));
    TRY(const auto checkpoint, Checkpoint::parse(entry.proof->checkpoint, place + ".checkpoint"));
    TRY_VOID(checkpoint.verify_v2(log));
    if (!agrees(entry, checkpoint)) {
        return std::unexpected(Failure(FailureCode::inclusion, place, "index, size and root as the entry and the checkpoint have them"));
    }
    // The body equals the rebuilt one by now, so its hash is the rebuilt leaf's. One tree, one index: no shards.
    const auto root = root_of_path(leaf_hash(entry.body), entry.log_index, checkpoint.size(), entry.proof->hashes);
    if (!root || *root != checkpoint.root()) {
        return std::unexpected(Failure(FailureCode::inclusion, place, "a path from the body to the checkpoint's root"));
    }
    return {};
}

}  // namespace

bool is_supported(const LogEntry& entry) { return entry.kind == "hashedrekord" && entry.version == "0.0.2"; }

Checked<std::string> expected_body(const LogEntry& entry, const Bundle& bundle, const Certificate& leaf) {
    const auto details = details_of(leaf.key());
    if (!details) {
        return std::unexpected(Failure(FailureCode::unsupported, "certificate", "a key type that Rekor v2 logs"));
    }
    TRY(const auto digest, digest_of(entry, bundle, details->hash));
    return R"({"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":{"algorithm":")" +
           std::string(details->hash_name) + R"(","digest":")" + base::base64_encode(digest) + R"("},"signature":{"content":")" +
           base::base64_encode(bundle.signature()) + R"(","verifier":{"keyDetails":")" + std::string(details->name) +
           R"(","x509Certificate":{"rawBytes":")" + base::base64_encode(leaf.der()) + R"("}}}}}})";
}

Checked<void> check_entry(const LogEntry& entry, const TransparencyLog& log, const Bundle& bundle, const Certificate& leaf) {
    if (!entry.signed_entry_timestamp.empty()) {
        return std::unexpected(Failure(FailureCode::malformed, entry.where + ".inclusionPromise", "none, as Rekor v2 gives none"));
    }
    TRY(const auto expected, expected_body(entry, bundle, leaf));
    if (base::as_text(entry.body) != expected) {
        return std::unexpected(Failure(FailureCode::body_mismatch, body_place(entry),
                                       "the entry that this bundle's signature, certificate and digest give", "another"));
    }
    return check_inclusion(entry, log);
}

}  // namespace sigstore::rekor_v2
