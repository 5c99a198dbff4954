#include "http/grammar.h"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>

namespace http {

namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

constexpr std::array<bool, 256> kTokenCharacters = [] {
    std::array<bool, 256> table{};
    for (unsigned byte = 0; byte < 128; ++byte) {
        const auto c = static_cast<char>(byte);
        table[byte] = is_digit(c) || is_letter(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    }
    return table;
}();

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= 63 &&
           std::ranges::all_of(label, [](char c) { return is_digit(c) || is_letter(c) || c == '-' || c == '_'; });
}

// What inet_aton would take for a number: digits, or "0x" and anything.
bool is_numeric_label(std::string_view label) {
    return std::ranges::all_of(label, is_digit) || label.starts_with("0x") || label.starts_with("0X");
}

bool is_ipv4(std::string_view text) {
    boost::system::error_code error;
    boost::asio::ip::make_address_v4(std::string(text), error);
    return !error;
}

bool is_host_name(std::string_view name) {
    if (name.empty() || name.size() > 253) return false;
    std::string_view last;
    for (std::string_view rest = name;;) {
        const auto dot = rest.find('.');
        last = rest.substr(0, dot);
        if (!is_label(last)) return false;
        if (dot == std::string_view::npos) break;
        rest.remove_prefix(dot + 1);
    }
    return !is_numeric_label(last) || is_ipv4(name);
}

std::optional<std::string> parse_bracketed(std::string_view address) {
    // A zone identifier ("%eth0") is a name of this machine, not of the peer's.
    if (address.find('%') != std::string_view::npos) return std::nullopt;
    boost::system::error_code error;
    const auto parsed = boost::asio::ip::make_address_v6(std::string(address), error);
    if (error) return std::nullopt;
    return parsed.to_string();
}

}  // namespace

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return kTokenCharacters[static_cast<unsigned char>(c)]; });
}

bool is_field_text(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
    });
}

bool is_request_target(std::string_view text) {
    return text.starts_with('/') && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != '#' && c != '\\'; });
}

std::string_view trim_whitespace(std::string_view text) {
    constexpr std::string_view kWhitespace = " \t";
    const auto first = text.find_first_not_of(kWhitespace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kWhitespace) - first + 1);
}

std::string to_lower(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lower;
}

std::optional<std::uint64_t> parse_decimal(std::string_view text, std::size_t max_digits) {
    if (text.empty() || text.size() > std::min<std::size_t>(max_digits, 19)) return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : text) {
        if (!is_digit(c)) return std::nullopt;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return value;
}

std::optional<Authority> parse_authority(std::string_view text) {
    Authority authority;
    std::string_view rest;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        auto address = parse_bracketed(text.substr(1, end - 1));
        if (!address) return std::nullopt;
        authority.host = std::move(*address);
        rest = text.substr(end + 1);
    } else {
        const auto colon = std::min(text.find(':'), text.size());
        if (!is_host_name(text.substr(0, colon))) return std::nullopt;
        authority.host = to_lower(text.substr(0, colon));
        rest = text.substr(colon);
    }
    if (rest.empty()) return authority;
    const auto port = rest.starts_with(':') ? parse_decimal(rest.substr(1), 5) : std::nullopt;
    if (!port || *port > 65535) return std::nullopt;
    authority.port = static_cast<std::uint16_t>(*port);
    return authority;
}

bool is_ip_literal(const std::string& host) {
    boost::system::error_code error;
    boost::asio::ip::make_address(host, error);
    return !error;
}

}  // namespace http
