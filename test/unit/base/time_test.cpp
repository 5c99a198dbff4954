#include "base/time.h"

#include "test/support/catch.h"

using namespace base;
using namespace std::chrono_literals;

TEST_CASE("RFC 3339 times are read exactly") {
    const auto [text, seconds] = GENERATE(table<std::string, std::int64_t>({
        {"1970-01-01T00:00:00Z", 0},
        {"2026-11-24T00:00:00Z", 1795478400},
        {"2000-02-29T23:59:59Z", 951868799},
        {"2026-11-24T01:30:00+01:30", 1795478400},
        {"2026-11-23T22:00:00-02:00", 1795478400},
        {"1969-12-31T23:59:59Z", -1},
    }));
    CAPTURE(text);
    CHECK(unix_seconds(parse_rfc3339(text).value()) == seconds);
}

TEST_CASE("fractions are kept to the nanosecond") {
    const auto time = parse_rfc3339("2022-12-31T23:59:59.999000001Z").value();
    CHECK(time - from_unix_seconds(unix_seconds(time)) == 999000001ns);
    CHECK(format_rfc3339(time) == "2022-12-31T23:59:59.999Z");
    CHECK(format_rfc3339(from_unix_seconds(0)) == "1970-01-01T00:00:00Z");
}

TEST_CASE("what is not RFC 3339 is refused") {
    const auto* text = GENERATE("", "2026-11-24", "2026-11-24T00:00:00", "2026-11-24 00:00:00Z", "2026-13-01T00:00:00Z",
                                "2026-02-29T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z",
                                "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234567890Z", "2026-01-01T00:00:00z", "2026-01-01T00:00:00Zx",
                                "2026-01-01T00:00:00+0100", "9999-01-01T00:00:00Z", "1000-01-01T00:00:00Z");
    CAPTURE(text);
    CHECK_FALSE(parse_rfc3339(text));
}

TEST_CASE("a time range is closed, and open where an end is absent") {
    const TimeRange range{from_unix_seconds(10), from_unix_seconds(20)};
    CHECK(range.contains(from_unix_seconds(10)));
    CHECK(range.contains(from_unix_seconds(20)));
    CHECK_FALSE(range.contains(from_unix_seconds(20) + 1ns));
    CHECK_FALSE(range.contains(from_unix_seconds(10) - 1ns));
    CHECK(TimeRange{}.contains(from_unix_seconds(0)));
}

TEST_CASE("times beyond what 64 bits of nanoseconds hold stop at its ends, and can still be counted with and printed") {
    CHECK(format_rfc3339(from_unix_seconds(INT64_MAX) + 999ms) == "2261-01-01T00:00:00.999Z");
    CHECK(format_rfc3339(from_unix_seconds(INT64_MIN)) == "1700-01-01T00:00:00Z");
    CHECK(format_rfc3339(from_unix_seconds(INT64_MIN) - 1ns) == "1699-12-31T23:59:59.999Z");
}

TEST_CASE("deadlines") {
    CHECK(Deadline::after(-1s).passed());
    CHECK(Deadline::after(-1s).left() == 0ns);
    CHECK_FALSE(Deadline::never().passed());
    CHECK(Deadline::after(1h).sooner_of(Deadline::after(-1s)).passed());
}
