// RFC 3161 timestamps: when, by a trusted authority's word, a signature existed (sigstore-verification 6).
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/time.h"
#include "sigstore/authority.h"
#include "sigstore/failure.h"
#include "sigstore/trusted_root.h"

namespace sigstore {

struct TimestampFacts {
    base::Time time;             // genTime
    const Authority* authority;  // of the trusted root
};

// `response` is a DER TimeStampResp about one of `stamped`: the signature, and in legacy attestations possibly the envelope. Nothing is
// returned if its signer belongs to no authority of the root: such a token counts for nothing. A token that is unreadable, about something
// else, or that names a trusted authority and does not verify is a failure (`timestamp`): the client specification lets one failing token
// end the verification, and a bundle whose evidence was tampered with is not shown as good because other evidence is left.
[[nodiscard]] Checked<std::optional<TimestampFacts>> verify_timestamp(base::BytesView response, std::span<const base::BytesView> stamped,
                                                                      const TrustedRoot& root, const std::string& where);

}  // namespace sigstore
