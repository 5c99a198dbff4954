// Verifies one bundle about one artifact, in the order of sigstore-verification 0, and returns facts: who signed what
// kind of statement, when, according to which logs. It does not know any policy: whether the signer is the right one is
// decided from the facts. Synchronous, no globals, thread-safe; the trusted root must outlive the call.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sigstore/artifact.h"
#include "sigstore/bundle.h"
#include "sigstore/failure.h"
#include "sigstore/fulcio_claims.h"
#include "sigstore/fulcio_extensions.h"
#include "sigstore/managed_key.h"
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
    FulcioClaims claims;
};

// Whether a signer of this name is one that the caller asks for. What it is told is not proven yet.
using IsWanted = std::function<bool(const CertificateIdentity&)>;

// A signature by the holder of a certificate. `artifact` is what it is asked to be about: a digest is compared under its own
// algorithm's name, so that a sha256 digest is found among sha256 subjects only. A signer that is not wanted is refused (`identity`)
// before any signature is computed with; without `is_wanted` whoever signed is wanted.
[[nodiscard]] Checked<VerifiedSignature> verify(const Bundle& bundle, const TrustedRoot& root, const Artifact& artifact,
                                                const Thresholds& thresholds = {}, const IsWanted& is_wanted = {});

struct VerifiedKeySignature {
    std::string predicate_type;  // as above
    std::vector<VerifiedTime> times;
    std::vector<std::string> logs;
};

// A signature by a key that the caller trusts beforehand; the bundle must name a key, whichever (sigstore-verification 1.6). No time is
// needed unless the key has a window: then there must be a verified one, and all of them lie in it (CVE-2026-54787). `logs` is the least
// number of distinct transparency logs, at least one.
[[nodiscard]] Checked<VerifiedKeySignature> verify_with_key(const Bundle& bundle, const TrustedRoot& root, const ManagedKey& key,
                                                            const Artifact& artifact, std::size_t logs = 1);

}  // namespace sigstore
