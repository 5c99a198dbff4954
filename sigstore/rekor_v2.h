// Entries of Rekor v2 (sigstore-verification 5): the leaf is rebuilt from the bundle, so that everything in it is
// committed to.
#pragma once

#include <string>

#include "sigstore/bundle.h"
#include "sigstore/failure.h"
#include "sigstore/log_entry.h"
#include "sigstore/signer.h"
#include "sigstore/transparency_log.h"

namespace sigstore::rekor_v2 {

// hashedrekord 0.0.2, and dsse 0.0.2, which logs wrote until it was withdrawn (rekor-tiles PR #744): the leaf is rebuilt whole for either.
[[nodiscard]] bool is_supported(const LogEntry& entry);

// The body that the log must hold for this bundle: RFC 8785 JSON. For an envelope the digest is of its
// pre-authentication encoding. Failures: unsupported (a key that the log does not take), body_mismatch (digest algorithm, content of
// another kind).
[[nodiscard]] Checked<std::string> expected_body(const LogEntry& entry, const Bundle& bundle, const Signer& signer);

// Body, checkpoint and inclusion. Failures: body_mismatch, checkpoint, inclusion, malformed (a promise, which v2 does
// not give).
[[nodiscard]] Checked<void> check_entry(const LogEntry& entry, const TransparencyLog& log, const Bundle& bundle, const Signer& signer);

}  // namespace sigstore::rekor_v2
