// Retry-After (RFC 9110 section 10.2.3): how long a registry that limits its callers, or is down for a while, wants to be left alone.
#pragma once

#include <chrono>
#include <optional>

#include "base/time.h"
#include "http/message.h"

namespace registry {

// Longer waits are not believed: a client that obeys would never come back.
inline constexpr std::chrono::seconds kLongestRetryAfter{3600};

// Seconds, or the time from `now` to a date in any of the three forms of RFC 9110 section 5.6.7; between one second and an hour.
// nullopt where there is no such field, several, or one that is neither.
[[nodiscard]] std::optional<std::chrono::seconds> retry_after(const http::Headers& headers, base::Time now);

}  // namespace registry
