// ASN.1 times as base::Time.
#pragma once

#include <openssl/asn1.h>

#include <optional>

#include "base/time.h"

namespace sigstore {

// UTCTime or GeneralizedTime in UTC; of the latter also the fraction, to nanoseconds, which OpenSSL drops (RFC
// 3161 2.4.2 allows it). A year beyond what base::Time can hold, such as 9999 for "never", becomes its last second.
[[nodiscard]] std::optional<base::Time> asn1_time(const ASN1_STRING* time);

}  // namespace sigstore
