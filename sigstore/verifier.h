// Verifies one bundle about one artifact, in the order of sigstore-verification 0, and returns facts: who signed what
// kind of statement, when, according to which logs. It does not know any policy: whether the signer is the right one is
// decided from the facts. Synchronous, no globals, thread-safe; the trusted root must outlive the call.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/time.h"
#include "sigstore/bundle.h"
#include "sigstore/failure.h"
#include "sigstore/trusted_root.h"
#include "sigstore/verified_time.h"

namespace sigstore {

// At least this much evidence. Zero of anything is not a configuration, it is a mistake: verify() refuses it.
struct Thresholds {
    std::size_t logs = 1;              // distinct transparency logs with a fully verified entry
    std::size_t times = 1;             // verified integrated times and RFC 3161 tokens, one per log and TSA
    std::size_t certificate_logs = 1;  // distinct CT logs with a valid embedded SCT
};

struct VerifiedSignature {
    std::string subject;         // the SAN, as it stands in the certificate
    std::string issuer;          // Fulcio extension .1.8 (or .1.1)
    std::string predicate_type;  // of the in-toto statement; empty for a message signature, which states nothing
    std::vector<VerifiedTime> times;
    std::vector<std::string> logs;   // base URLs
    std::string certificate_sha256;  // hex, names the leaf in log lines
};

// `artifact` is the digest of the manifest that the signature is asked to be about: compared under its own algorithm's
// name, so that a sha256 digest is found among sha256 subjects only.
[[nodiscard]] Checked<VerifiedSignature> verify(const Bundle& bundle, const TrustedRoot& root, const base::Digest& artifact,
                                                const Thresholds& thresholds = {});

}  // namespace sigstore
