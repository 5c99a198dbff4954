// Points in time. Wall-clock times are seconds and nanoseconds since the epoch in UTC; nothing is judged by "now" unless a Clock
// was handed in. Deadlines are on the steady clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace base {

using Time = std::chrono::sys_time<std::chrono::nanoseconds>;
using Clock = std::function<Time()>;
[[nodiscard]] Time system_now();

// RFC 3339: "2022-12-31T23:59:59.999Z", fraction of up to nine digits, offset or Z. No leap second, no lower-case letters.
[[nodiscard]] Result<Time> parse_rfc3339(std::string_view text);
[[nodiscard]] std::string format_rfc3339(Time time);  // seconds, "Z"; milliseconds where they are not zero
[[nodiscard]] Time from_unix_seconds(std::int64_t seconds);  // kept within the years 1700 to 2260
[[nodiscard]] std::int64_t unix_seconds(Time time);  // rounded down

// A closed interval [start, end] (Sigstore protobuf-specs TimeRange); an absent end is open.
struct TimeRange {
    std::optional<Time> start;
    std::optional<Time> end;
    [[nodiscard]] bool contains(Time time) const;
};

class Deadline {
public:
    using SteadyTime = std::chrono::steady_clock::time_point;
    [[nodiscard]] static Deadline after(std::chrono::nanoseconds duration);
    [[nodiscard]] static Deadline never() { return Deadline(SteadyTime::max()); }
    [[nodiscard]] Deadline sooner_of(Deadline other) const { return Deadline(at_ < other.at_ ? at_ : other.at_); }
    [[nodiscard]] bool passed() const;
    [[nodiscard]] std::chrono::nanoseconds left() const;  // never negative
    [[nodiscard]] SteadyTime at() const { return at_; }

private:
    explicit Deadline(SteadyTime at) : at_(at) {}
    SteadyTime at_;
};

}  // namespace base
