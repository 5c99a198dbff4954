// Entries of Rekor v1 (sigstore-verification 4): what the log says must be about this bundle, field by field, and it
// must say so with its signature. An entry that is merely genuine proves nothing: it may be anybody's (CVE-2026-22703).
#pragma once

#include <string>

#include "sigstore/bundle.h"
#include "sigstore/failure.h"
#include "sigstore/log_entry.h"
#include "sigstore/signer.h"
#include "sigstore/transparency_log.h"

namespace sigstore::rekor_v1 {

// hashedrekord 0.0.1, dsse 0.0.1 and intoto 0.0.2: the kinds that bundles have. In cosign's older formats also rekord 0.0.1 and
// intoto 0.0.1.
[[nodiscard]] bool is_supported(const LogEntry& entry, const Bundle& bundle);

// Body against bundle, of a supported entry: the same signature bytes, the same certificate or key, the same digest of what was signed.
// Failures: malformed, unsupported, body_mismatch.
[[nodiscard]] Checked<void> check_body(const LogEntry& entry, const Bundle& bundle, const Signer& signer);

// The bytes under the signed entry timestamp: RFC 8785 JSON of four members.
[[nodiscard]] std::string promise_payload(const LogEntry& entry);
// The timestamp is by the log's ECDSA key, over SHA-256, at a time within the key's window. Failures: set.
[[nodiscard]] Checked<void> check_promise(const LogEntry& entry, const TransparencyLog& log);

// The checkpoint is the log's and the body is in the tree that it describes. Failures: checkpoint, inclusion.
[[nodiscard]] Checked<void> check_inclusion(const LogEntry& entry, const TransparencyLog& log);

}  // namespace sigstore::rekor_v1
