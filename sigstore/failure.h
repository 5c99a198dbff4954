// Why something does not verify: one enumeration (sigstore-verification 8.5) and, with it, the place in the document,
// what was expected and what was found, so that a refusal can be explained to a person from this value alone.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sigstore {

enum class FailureCode {
    malformed,          // JSON, base64, DER, a required field
    unsupported,        // media type, key type, entry kind, hash
    limits,             // too many entries, tokens, subjects, bytes
    trust_root,         // the trusted root itself is invalid
    log_unknown,        // no entry from a known log
    set,                // signed entry timestamp invalid or outside the key's window
    checkpoint,         // signed note: grammar, key hint, origin, signature
    inclusion,          // Merkle proof does not lead to the checkpoint's root, or is missing
    body_mismatch,      // the log's body is not about this bundle
    no_time,            // no verified time
    timestamp,          // RFC 3161: imprint, chain, window
    time_outside_cert,  // a verified time is outside the certificate or its chain
    chain,              // no path to a trusted CA
    sct,                // no valid embedded SCT of a trusted CT log
    key_policy,         // a certificate where a key is asked for, or the reverse
    signature,          // the signature itself is wrong
    subject,            // what was signed is another artifact
    identity,           // subject, issuer or claims of the signer
    threshold,          // fewer logs or times than asked for
};

[[nodiscard]] std::string_view to_string(FailureCode code);

struct Failure {
    FailureCode code;
    std::string where;     // "verificationMaterial.tlogEntries[0].inclusionProof"; empty for the whole document
    std::string expected;  // may be empty
    std::string found;     // may be empty

    Failure(FailureCode failure_code, std::string place, std::string what_was_expected, std::string what_was_found = {});
    // Readers of base report malformed input as Error: its message already names place and expectation.
    Failure(const base::Error& error);       // NOLINT(google-explicit-constructor): lets TRY carry reader errors
    [[nodiscard]] std::string text() const;  // one line: "<code>: <where>: expected …, found …"
};

template <typename T>
using Checked = std::expected<T, Failure>;

}  // namespace sigstore
