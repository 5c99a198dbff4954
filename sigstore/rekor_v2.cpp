#include "sigstore/rekor_v2.h"

#include <string_view>
#include <utility>

#include "sigstore/checkpoint.h"
#include "sigstore/dsse.h"
#include "sigstore/key_details.h"
#include "sigstore/merkle.h"

namespace sigstore::rekor_v2 {

namespace {

constexpr std::string_view kHashedRekord = "hashedrekord";
constexpr std::string_view kDsse = "dsse";

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

std::string data_of(std::string_view algorithm, base::BytesView digest) {
    return R"({"algorithm":")" + std::string(algorithm) + R"(","digest":")" + base::base64_encode(digest) + R"("})";
}

std::string verifier_of(const Signer& signer, const LoggedAs& logged) {
    const auto [name, der] = signer.certificate == nullptr ? std::pair("publicKey", base::BytesView(signer.key.spki()))
                                                           : std::pair("x509Certificate", base::BytesView(signer.certificate->der()));
    return R"({"keyDetails":")" + std::string(logged.details) + R"(",")" + name + R"(":{"rawBytes":")" + base::base64_encode(der) +
           R"("}})";
}

// Logs wrote this kind until rekor-tiles PR #744; its payload hash is SHA-256 whatever the key.
Checked<std::string> dsse_body(const LogEntry& entry, const Bundle& bundle, const std::string& signature) {
    const auto* const envelope = std::get_if<DsseEnvelope>(&bundle.content());
    if (envelope == nullptr) {
        return std::unexpected(Failure(FailureCode::body_mismatch, body_place(entry), "an entry about a message signature", "dsse"));
    }
    return R"({"apiVersion":"0.0.2","kind":"dsse","spec":{"dsseV002":{"payloadHash":)" +
           data_of("SHA2_256", base::sha256(envelope->payload)) + R"(,"signatures":[)" + signature + "]}}}";
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

bool is_supported(const LogEntry& entry) { return (entry.kind == kHashedRekord || entry.kind == kDsse) && entry.version == "0.0.2"; }

Checked<std::string> expected_body(const LogEntry& entry, const Bundle& bundle, const Signer& signer) {
    const auto* const logged = logged_as(signer.key);
    if (logged == nullptr) return std::unexpected(Failure(FailureCode::unsupported, signer.noun(), "a key type that Rekor v2 logs"));
    const auto signature =
        R"({"content":")" + base::base64_encode(bundle.signature()) + R"(","verifier":)" + verifier_of(signer, *logged) + "}";
    if (entry.kind == kDsse) return dsse_body(entry, bundle, signature);
    TRY(const auto digest, digest_of(entry, bundle, logged->hash));
    return R"({"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":)" + data_of(logged->hash_name, digest) +
           R"(,"signature":)" + signature + "}}}";
}

Checked<void> check_entry(const LogEntry& entry, const TransparencyLog& log, const Bundle& bundle, const Signer& signer) {
    if (!entry.signed_entry_timestamp.empty()) {
        return std::unexpected(Failure(FailureCode::malformed, entry.where + ".inclusionPromise", "none, as Rekor v2 gives none"));
    }
    TRY(const auto expected, expected_body(entry, bundle, signer));
    if (base::as_text(entry.body) != expected) {
        return std::unexpected(Failure(FailureCode::body_mismatch, body_place(entry),
                                       "the entry that this bundle's signature, signer and digest give", "another"));
    }
    return check_inclusion(entry, log);
}

}  // namespace sigstore::rekor_v2
