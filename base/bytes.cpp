#include "base/bytes.h"

#include <algorithm>
#include <array>

namespace base {
namespace {

constexpr std::string_view kStandardAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNotInAlphabet = 0xFF;

constexpr std::array<std::uint8_t, 256> reverse(std::string_view alphabet) {
    std::array<std::uint8_t, 256> table{};
    table.fill(kNotInAlphabet);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
    }
    return table;
}
constexpr auto kStandardReverse = reverse(kStandardAlphabet);
constexpr auto kUrlReverse = reverse(kUrlAlphabet);

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string encode(BytesView bytes, std::string_view alphabet) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const auto byte : bytes) {
        bits = (bits << 8U) | byte;
        held += 8;
        while (held >= 6) {
            held -= 6;
            text.push_back(alphabet[(bits >> held) & 0x3FU]);
        }
    }
    if (held > 0) text.push_back(alphabet[(bits << (6 - held)) & 0x3FU]);
    return text;
}

// Removes the padding, after checking that it is exactly what the length asks for.
Result<std::string_view> without_padding(std::string_view text, Base64Padding padding) {
    const auto end = text.find('=');
    const auto body = text.substr(0, end);
    if (padding == Base64Padding::forbidden) {
        if (end != std::string_view::npos) return fail(ErrorCode::invalid_input, "base64: padding is not allowed here");
    } else {
        const auto tail = text.substr(body.size());
        if (text.size() % 4 != 0 || tail.size() > 2 || tail.find_first_not_of('=') != std::string_view::npos) {
            return fail(ErrorCode::invalid_input, "base64: wrong padding");
        }
    }
    if (body.size() % 4 == 1) return fail(ErrorCode::invalid_input, "base64: impossible length");
    return body;
}

}  // namespace

BytesView as_bytes(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }
std::string_view as_text(BytesView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
Bytes to_bytes(std::string_view text) {
    const auto view = as_bytes(text);
    return {view.begin(), view.end()};
}
bool equal(BytesView a, BytesView b) { return std::ranges::equal(a, b); }

std::string hex_encode(BytesView bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const auto byte : bytes) {
        text.push_back(kDigits[byte >> 4U]);
        text.push_back(kDigits[byte & 0x0FU]);
    }
    return text;
}

Result<Bytes> hex_decode(std::string_view text) {
    if (text.size() % 2 != 0) return fail(ErrorCode::invalid_input, "hex: odd number of digits");
    Bytes bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hex_value(text[i]);
        const int low = hex_value(text[i + 1]);
        if (high < 0 || low < 0) return fail(ErrorCode::invalid_input, "hex: not a hexadecimal digit");
        bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
    }
    return bytes;
}

std::string base64_encode(BytesView bytes) {
    auto text = encode(bytes, kStandardAlphabet);
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}
std::string base64url_encode(BytesView bytes) { return encode(bytes, kUrlAlphabet); }

Result<Bytes> base64_decode(std::string_view text, Base64Alphabet alphabet, Base64Padding padding) {
    TRY(const auto body, without_padding(text, padding));
    const auto& table = alphabet == Base64Alphabet::standard ? kStandardReverse : kUrlReverse;
    Bytes bytes;
    bytes.reserve(body.size() * 3 / 4);
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char c : body) {
        const auto value = table[static_cast<std::uint8_t>(c)];
        if (value == kNotInAlphabet) return fail(ErrorCode::invalid_input, "base64: character outside the alphabet");
        bits = (bits << 6U) | value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes.push_back(static_cast<std::uint8_t>((bits >> held) & 0xFFU));
        }
    }
    if ((bits & ((1U << held) - 1U)) != 0) return fail(ErrorCode::invalid_input, "base64: trailing bits are not zero");
    return bytes;
}

}  // namespace base
