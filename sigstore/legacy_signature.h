// Signatures in cosign's older formats: one layer of a `.sig` or `.att` manifest, or of its experimental OCI 1.1 form
// (cosign-oci-and-signing A1, A1.9). They differ from bundles in where things stand, and in that the log's promise is all there is.
#pragma once

#include <string>

#include "sigstore/verifier.h"

namespace sigstore {

// As the registry has it. Nothing in it is believed.
struct LegacyLayer {
    base::Bytes blob;         // simple signing payload, or the JSON text of a DSSE envelope
    std::string signature;    // dev.cosignproject.cosign/signature: base64; of no attestation
    std::string certificate;  // dev.sigstore.cosign/certificate: PEM; empty: signed with a key
    std::string bundle;       // dev.sigstore.cosign/bundle: JSON; empty: not in a log
    std::string timestamp;    // dev.sigstore.cosign/rfc3161timestamp: JSON; empty: none
};

class LegacySignature {
public:
    // Layers of `.sig`: the signature is over the blob. Failures: malformed, unsupported, limits.
    [[nodiscard]] static Checked<LegacySignature> of_image(const LegacyLayer& layer);
    // Layers of `.att`: the blob is an envelope with one signature.
    [[nodiscard]] static Checked<LegacySignature> of_attestation(const LegacyLayer& layer);

    // As verify() and verify_with_key() of verifier.h. An image signature has no predicate type. The chain annotation is not read: issuers
    // are those of the trusted root.
    [[nodiscard]] Checked<VerifiedSignature> verify(const TrustedRoot& root, const base::Digest& manifest,
                                                    const Thresholds& thresholds = {}, const IsWanted& is_wanted = {}) const;
    [[nodiscard]] Checked<VerifiedKeySignature> verify_with_key(const TrustedRoot& root, const ManagedKey& key,
                                                                const base::Digest& manifest, std::size_t logs = 1) const;

private:
    LegacySignature(Bundle bundle, base::Bytes payload) : bundle_(std::move(bundle)), payload_(std::move(payload)) {}
    [[nodiscard]] Checked<Artifact> signed_artifact(const base::Digest& manifest) const;

    Bundle bundle_;
    base::Bytes payload_;  // of an image signature; empty for an attestation, whose statement names the manifest
};

}  // namespace sigstore
