// Absolute http(s) URLs as an origin and an origin-form target, and the resolution of references against them (RFC 3986 section 5).
// Everything that a registry sends as Location, Link or realm passes here before it is used.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "http/client.h"

namespace registry {

struct Url {
    http::Origin origin;
    std::string target;  // "/path?query"; no fragment

    [[nodiscard]] std::string text() const { return origin.url() + target; }
    [[nodiscard]] std::string_view path() const;
    [[nodiscard]] std::string_view query() const;  // without "?"; empty where absent
    // For messages: the query of a signed URL is a credential.
    [[nodiscard]] std::string without_query() const { return origin.url() + std::string(path()); }
};

// Refused: other schemes, user information, characters that RFC 3986 does not allow unescaped, more than 8 KiB. A fragment is cut off.
[[nodiscard]] base::Result<Url> parse_url(std::string_view text);
// `reference` may be absolute, //authority/path, /path, path, ?query or empty.
[[nodiscard]] base::Result<Url> resolve(const Url& base_url, std::string_view reference);

}  // namespace registry
