// What both head targets check before a head is parsed: where it ends must not depend on how it arrives. And a second,
// independent look at the lines of a head, to compare the parser's answer with.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace fuzz {

// The head with its blank line, as HeadScanner finds it; nullopt if there is none. Requires the same verdict for bytes
// that arrive at once, one by one, and in two pieces.
[[nodiscard]] std::optional<std::string_view> scan_head(std::string_view received);

// How many field lines have that name, whatever white space stands around it.
[[nodiscard]] std::size_t lines_named(std::string_view head, std::string_view name);

// Without the fields that the writer makes itself.
[[nodiscard]] std::vector<http::Headers::Field> relayed_fields(const http::Headers& headers);

// Requires that no hop-by-hop field and no control character is left.
void check_fields(const http::Headers& headers);

}  // namespace fuzz
