#include "registry/retry_after.h"

#include "test/support/catch.h"

using registry::retry_after;
using std::chrono::seconds;

namespace {

// Sun, 06 Nov 1994 08:49:37 GMT
constexpr std::int64_t kExample = 784111777;

std::optional<seconds> read(const std::string& value, std::int64_t now = kExample) {
    http::Headers headers;
    headers.add("Retry-After", value);
    return retry_after(headers, base::from_unix_seconds(now));
}

}  // namespace

TEST_CASE("Retry-After is read as seconds, between one and an hour") {
    const auto [value, expected] = GENERATE(table<std::string, int>({{"0", 1},
                                                                     {"1", 1},
                                                                     {"120", 120},
                                                                     {"007", 7},
                                                                     {"3600", 3600},
                                                                     {"3601", 3600},
                                                                     {"9223372036854775807", 3600},
                                                                     {"9999999999999999999", 3600}}));
    CAPTURE(value);
    CHECK(read(value) == seconds(expected));
}

TEST_CASE("Retry-After is read as a date in each of its three forms") {
    const auto* value = GENERATE("Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994");
    CAPTURE(value);
    CHECK(read(value, kExample - 90) == seconds(90));
    CHECK(read(value, kExample + 90) == seconds(1));
    CHECK(read(value, kExample - 100'000) == seconds(3600));
}

TEST_CASE("What is no Retry-After is none") {
    const std::string value = GENERATE(as<std::string>(), "", "-1", "1.5", "+5", "5s", "soon", "0x10", "99999999999999999999",
                                       "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 GMT x", "Sun, 06 Nov 1994 08:49:37 CET",
                                       "Sun, 32 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z");
    CAPTURE(value);
    CHECK_FALSE(read(value).has_value());
}

TEST_CASE("No field and two fields say nothing") {
    http::Headers headers;
    CHECK_FALSE(retry_after(headers, base::system_now()).has_value());
    headers.add("Retry-After", "1");
    headers.add("Retry-After", "2");
    CHECK_FALSE(retry_after(headers, base::system_now()).has_value());
}
