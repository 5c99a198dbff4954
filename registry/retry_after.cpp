#include "registry/retry_after.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <string>

#include "http/grammar.h"

namespace registry {
namespace {

using std::chrono::seconds;

// IMF-fixdate, and the two forms that a recipient has to accept as well. The program never leaves the C locale, so the names are English.
constexpr std::array kDateForms{"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"};

std::optional<base::Time> parse_http_date(const std::string& text) {
    for (const auto* form : kDateForms) {
        std::tm parts{};
        const auto* end = ::strptime(text.c_str(), form, &parts);
        if (end != nullptr && *end == '\0') return base::from_unix_seconds(::timegm(&parts));
    }
    return std::nullopt;
}

}  // namespace

std::optional<seconds> retry_after(const http::Headers& headers, base::Time now) {
    const auto values = headers.all("Retry-After");
    if (values.size() != 1) return std::nullopt;
    if (const auto number = http::parse_decimal(values.front(), 19)) {
        return seconds(std::clamp<std::uint64_t>(*number, 1, kLongestRetryAfter.count()));
    }
    const auto date = parse_http_date(std::string(values.front()));
    if (!date) return std::nullopt;
    return std::clamp(std::chrono::ceil<seconds>(*date - now), seconds(1), kLongestRetryAfter);
}

}  // namespace registry
