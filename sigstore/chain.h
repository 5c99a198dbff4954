// Certification paths from a signer to the anchor of one authority, at a given time (sigstore-verification 3.2
// and 6.3).
#pragma once

#include <span>
#include <vector>

#include "base/time.h"
#include "sigstore/authority.h"
#include "sigstore/certificate.h"
#include "sigstore/failure.h"
#include "sigstore/trusted_root.h"

namespace sigstore {

enum class Purpose { code_signing, time_stamping };

// Every certificate of the path is valid at `time` (closed intervals) and fits `purpose`; the authority's own window is
// the caller's. Fails with time_outside_cert if only the time is in the way, else with chain.
[[nodiscard]] Checked<Path> build_path(const Certificate& signer, const Authority& authority, Purpose purpose, base::Time time);

// The path of a Fulcio leaf that holds at **every** one of these times, each within the window of the CA that it ends
// in. An early time must not rescue a certificate that a later one finds expired. `times` is not empty. The paths must
// agree on the issuer.
[[nodiscard]] Checked<Path> certificate_path(const Certificate& leaf, const TrustedRoot& root, std::span<const base::Time> times);

}  // namespace sigstore
