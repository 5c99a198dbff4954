// Bytes and their text forms. Both decoders are strict: what they accept has exactly one meaning and is consumed whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace base {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

[[nodiscard]] BytesView as_bytes(std::string_view text);
[[nodiscard]] std::string_view as_text(BytesView bytes);
[[nodiscard]] Bytes to_bytes(std::string_view text);
[[nodiscard]] bool equal(BytesView a, BytesView b);

[[nodiscard]] std::string hex_encode(BytesView bytes);  // lower case
// Lower and upper case digits, even length, nothing else.
[[nodiscard]] Result<Bytes> hex_decode(std::string_view text);

[[nodiscard]] std::string base64_encode(BytesView bytes);      // RFC 4648 section 4, padded
[[nodiscard]] std::string base64url_encode(BytesView bytes);   // RFC 4648 section 5, without padding

enum class Base64Alphabet { standard, url };
enum class Base64Padding { required, forbidden };
// RFC 4648 section 3.5: non-zero trailing bits are refused, so that one value has one spelling. No white space.
[[nodiscard]] Result<Bytes> base64_decode(std::string_view text, Base64Alphabet alphabet = Base64Alphabet::standard,
                                          Base64Padding padding = Base64Padding::required);

}  // namespace base
