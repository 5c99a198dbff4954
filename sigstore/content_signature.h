// The signature of a bundle itself, over an envelope or over an artifact (sigstore-verification 7).
#pragma once

#include "sigstore/artifact.h"
#include "sigstore/bundle.h"
#include "sigstore/failure.h"
#include "sigstore/signer.h"

namespace sigstore {

// By the signer's key, with the hash that goes with the key and never one that the bundle names. A message signature is checked over
// the artifact that was asked for, an envelope's over its own payload. Failures: signature; unsupported, for keys outside the registry
// of Sigstore's algorithms and where the artifact's bytes would be needed but only a digest is known.
[[nodiscard]] Checked<void> check_content_signature(const Bundle& bundle, const Signer& signer, const Artifact& artifact);

// What was signed is this artifact. The predicate type of the statement; empty for a message signature, which states nothing.
// Failures: subject, unsupported, malformed, limits.
[[nodiscard]] Checked<std::string> check_subject(const Bundle& bundle, const Artifact& artifact);

}  // namespace sigstore
