// What the transparency logs say about a bundle: its entries, each judged by the rules of its kind, and counted by log.
#pragma once

#include <string>
#include <vector>

#include "sigstore/bundle.h"
#include "sigstore/failure.h"
#include "sigstore/signer.h"
#include "sigstore/trusted_root.h"
#include "sigstore/verified_time.h"

namespace sigstore {

struct ObservedTime {
    VerifiedTime fact;
    std::string witness;  // counted once: operator, or else the log or timestamp authority
};

struct LoggedEntry {
    const TransparencyLog* log;  // of the trusted root
    std::string where;
    bool has_signed_time;  // by a signed entry timestamp
};

struct LogEvidence {
    std::vector<LoggedEntry> entries;
    std::vector<ObservedTime> times;  // integrated times that their log signed
};

// Entries of unknown logs, and those whose signed entry timestamp is wrong, count for nothing; any other fault of an
// entry of a known log ends the verification. Fewer different logs than `threshold`: the reason why an entry did not
// count, else log_unknown or threshold.
[[nodiscard]] Checked<LogEvidence> collect_log_evidence(const Bundle& bundle, const Signer& signer, const TrustedRoot& root,
                                                        std::size_t threshold);

}  // namespace sigstore
