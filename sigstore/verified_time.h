// A point in time at which, by a trusted party's signature, a bundle's signature existed.
#pragma once

#include <string>

#include "base/time.h"

namespace sigstore {

enum class TimeSource { log, timestamp_authority };

struct VerifiedTime {
    base::Time time;
    TimeSource source;
    std::string authority;  // base URL of the log, URI of the timestamp authority
};

}  // namespace sigstore
