#include "registry/query.h"

#include <algorithm>

namespace registry {
namespace {

constexpr std::size_t kParameterLimit = 16;

bool is_unreserved(char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || c == '-' || c == '.' || c == '_' || c == '~';
}

// pchar / "/" (RFC 3986 section 3.4); "?" is legal there too, but one target has one "?" here (oci-proxying 2.1).
bool is_query_character(char c) {
    constexpr std::string_view kOthers = "%!$&'()*+,;=:@/";
    return is_unreserved(c) || kOthers.find(c) != std::string_view::npos;
}

std::optional<unsigned> hex_value(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    return std::nullopt;
}

std::unexpected<base::Error> refuse(std::string message) {
    return base::fail(base::ErrorCode::invalid_input, "query: " + std::move(message));
}

base::Result<std::string> decode(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i] == '+' ? ' ' : text[i];
        if (c == '%') {
            const auto digits = text.substr(i + 1, 2);
            if (digits.size() != 2) return refuse("an escape is cut short");
            const auto high = hex_value(digits[0]);
            const auto low = hex_value(digits[1]);
            if (!high || !low) return refuse("an escape is not %XX");
            c = static_cast<char>(*high * 16 + *low);
            i += 2;
        }
        result.push_back(c);
    }
    return result;
}

base::Result<QueryParameter> parse_parameter(std::string_view text) {
    const auto equals = text.find('=');
    TRY(auto name, decode(text.substr(0, equals)));
    TRY(auto value, decode(equals == std::string_view::npos ? std::string_view() : text.substr(equals + 1)));
    return QueryParameter{std::move(name), std::move(value), text};
}

}  // namespace

base::Result<Query> Query::parse(std::string_view text) {
    Query result;
    result.text_ = text;
    if (!std::ranges::all_of(text, is_query_character)) return refuse("a character that no query may contain");
    while (!text.empty()) {
        const auto end = text.find('&');
        const auto part = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (part.empty()) continue;
        if (result.parameters_.size() == kParameterLimit) return refuse("more than 16 parameters");
        TRY(auto parameter, parse_parameter(part));
        result.parameters_.push_back(std::move(parameter));
    }
    return result;
}

base::Result<std::optional<std::string>> Query::once(std::string_view name) const {
    if (all(name).size() > 1) return refuse(std::string(name) + " is given more than once");
    return agreed(name);
}

base::Result<std::optional<std::string>> Query::agreed(std::string_view name) const {
    auto values = all(name);
    if (values.empty()) return std::optional<std::string>();
    const auto& first = values.front();
    if (std::ranges::any_of(values, [&](const auto& value) { return value != first; })) {
        return refuse(std::string(name) + " is given more than once, with different values");
    }
    const auto is_printable = [](char c) { return c >= 0x20 && c <= 0x7E; };
    if (!std::ranges::all_of(first, is_printable)) return refuse(std::string(name) + " has a control or non-ASCII character");
    return std::optional(std::move(values.front()));
}

std::vector<std::string> Query::all(std::string_view name) const {
    std::vector<std::string> result;
    for (const auto& parameter : parameters_) {
        if (parameter.name == name) result.push_back(parameter.value);
    }
    return result;
}

std::string Query::without(std::string_view name) const {
    if (all(name).empty()) return std::string(text_);
    std::string result;
    for (const auto& parameter : parameters_) {
        if (parameter.name == name) continue;
        if (!result.empty()) result.push_back('&');
        result.append(parameter.text);
    }
    return result;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string result;
    for (const char c : text) {
        if (is_unreserved(c)) {
            result.push_back(c);
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        result.push_back('%');
        result.push_back(kDigits[byte >> 4]);
        result.push_back(kDigits[byte & 0xF]);
    }
    return result;
}

}  // namespace registry
