#include "base/json_writer.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace base::json {
namespace {

bool is_plain(char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

bool continuation(std::string_view text, std::size_t at) {
    return at < text.size() && (static_cast<std::uint8_t>(text[at]) & 0xC0U) == 0x80U;
}

// Length of the well-formed UTF-8 sequence at `at` (RFC 3629 section 4), 0 if there is none.
std::size_t utf8_length(std::string_view text, std::size_t at) {
    const auto first = static_cast<std::uint8_t>(text[at]);
    const auto second = at + 1 < text.size() ? static_cast<std::uint8_t>(text[at + 1]) : 0U;
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return continuation(text, at + 1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const bool overlong = first == 0xE0 && second < 0xA0;
        const bool surrogate = first == 0xED && second > 0x9F;
        return continuation(text, at + 1) && continuation(text, at + 2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool overlong = first == 0xF0 && second < 0x90;
        const bool beyond = first == 0xF4 && second > 0x8F;
        const bool complete = continuation(text, at + 1) && continuation(text, at + 2) && continuation(text, at + 3);
        return complete && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

void append_escaped(std::string& out, char c) {
    switch (c) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        default: break;
    }
    if (static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F) {
        std::array<char, 8> code{};
        std::snprintf(code.data(), code.size(), "\\u%04x", static_cast<unsigned>(static_cast<std::uint8_t>(c)));
        out += code.data();
    } else {
        out.push_back(c);
    }
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
    out.push_back('"');
    if (std::ranges::all_of(text, is_plain)) {  // nearly always
        out.append(text).push_back('"');
        return;
    }
    for (std::size_t i = 0; i < text.size();) {
        const auto length = utf8_length(text, i);
        if (length == 0) {
            out += "\xEF\xBF\xBD";
            ++i;
        } else if (length == 1) {
            append_escaped(out, text[i++]);
        } else {
            out += text.substr(i, length);
            i += length;
        }
    }
    out += '"';
}

std::string quote(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 2);
    append_quoted(out, text);
    return out;
}

ObjectWriter& ObjectWriter::add(std::string_view name, std::string_view text) { return add_raw(name, quote(text)); }
ObjectWriter& ObjectWriter::add(std::string_view name, std::int64_t number) { return add_raw(name, std::to_string(number)); }
ObjectWriter& ObjectWriter::add_raw(std::string_view name, std::string_view json) {
    if (text_.size() > 1) text_ += ',';
    text_ += quote(name);
    text_ += ':';
    text_ += json;
    return *this;
}

ArrayWriter& ArrayWriter::add_raw(std::string_view json) {
    if (text_.size() > 1) text_ += ',';
    text_ += json;
    return *this;
}

}  // namespace base::json
