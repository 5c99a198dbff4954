// Globs over canonical names ("ghcr.io/acme/app"), full match: "*" stays inside a path segment, "**" does not (design
// 7). Used by policies and grants.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sigstore/identity.h"

namespace proxy {

class RepositoryPattern {
public:
    // Refused: what no canonical name can match (upper case, empty segments, no "/" and no "**"), "***", more than 512
    // bytes.
    [[nodiscard]] static base::Result<RepositoryPattern> parse(std::string_view text);

    [[nodiscard]] bool matches(std::string_view canonical_name) const;
    [[nodiscard]] const std::string& text() const { return text_; }

    // The order of design 7: more literal characters before the first wildcard, then more literal characters, then
    // fewer "**".
    [[nodiscard]] bool more_specific_than(const RepositoryPattern& other) const;

private:
    RepositoryPattern(std::string text, std::optional<sigstore::StringMatcher> matcher);
    std::string text_;
    std::optional<sigstore::StringMatcher> matcher_;  // nullopt: "**", which the matcher for identities rightly refuses
    std::size_t literal_prefix_ = 0;
    std::size_t literals_ = 0;
    std::size_t deep_wildcards_ = 0;
};

}  // namespace proxy
