// The character classes and small grammars of RFC 9110 and RFC 3986 that heads are checked against, in both directions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace http {

[[nodiscard]] bool is_token(std::string_view text);          // RFC 9110 section 5.6.2; not empty
[[nodiscard]] bool is_field_text(std::string_view text);     // RFC 9110 section 5.5: HTAB, SP, VCHAR, obs-text; may be empty
[[nodiscard]] bool is_request_target(std::string_view text); // origin-form: "/" and visible ASCII without '#' and '\'
[[nodiscard]] std::string_view trim_whitespace(std::string_view text);  // SP and HTAB at both ends
[[nodiscard]] std::string to_lower(std::string_view text);              // ASCII

// Decimal digits only, one to `max_digits` of them (at most 19, so that nothing overflows).
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view text, std::size_t max_digits);

struct Authority {
    std::string host;                   // lower case, IPv6 without brackets
    std::optional<std::uint16_t> port;  // 1 to 65535; 0 only where a listener asks for a free one
};

// host[:port], narrower than RFC 3986 section 3.2: letters, digits, '-', '_' in dot-separated labels, an IPv4 or a bracketed IPv6
// address. A name whose last label is a number ("127.1", "0x7f000001") is refused: resolvers read it as an address, checks do not.
[[nodiscard]] std::optional<Authority> parse_authority(std::string_view text);

[[nodiscard]] bool is_ip_literal(const std::string& host);

}  // namespace http
