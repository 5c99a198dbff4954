#include "sigstore/asn1_time.h"

#include <ctime>
#include <string_view>

#include "base/openssl.h"

namespace sigstore {

namespace {

// Of "20260131120000.25Z", which OpenSSL has read: 250 ms. Nothing for more than nine digits.
std::optional<std::chrono::nanoseconds> fraction_of(std::string_view text) {
    const auto point = text.find('.');
    if (point == std::string_view::npos) return std::chrono::nanoseconds(0);
    const auto digits = text.substr(point + 1, text.size() - point - 2);
    if (digits.size() > 9) return std::nullopt;
    std::int64_t value = 0;
    std::int64_t unit = 100'000'000;
    for (const char digit : digits) {
        value += (digit - '0') * unit;
        unit /= 10;
    }
    return std::chrono::nanoseconds(value);
}

}  // namespace

std::optional<base::Time> asn1_time(const ASN1_STRING* time) {
    const std::string_view text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(time)),
                                static_cast<std::size_t>(ASN1_STRING_length(time)));
    std::tm parts{};
    const bool is_read = text.ends_with('Z') && ASN1_TIME_to_tm(time, &parts) == 1;
    base::clear_openssl_errors();
    if (!is_read) return std::nullopt;
    const auto fraction = fraction_of(text);
    if (!fraction) return std::nullopt;
    const auto date = std::chrono::year(parts.tm_year + 1900) / (parts.tm_mon + 1) / parts.tm_mday;
    const auto seconds = std::chrono::seconds(std::chrono::sys_days(date).time_since_epoch()) + std::chrono::hours(parts.tm_hour) +
                         std::chrono::minutes(parts.tm_min) + std::chrono::seconds(parts.tm_sec);
    return base::from_unix_seconds(seconds.count()) + *fraction;
}

}  // namespace sigstore
