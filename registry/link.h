// The Link header of paginated answers (RFC 8288; distribution spec, "Listing Tags" and "Listing Referrers"). A next page that leads
// anywhere but to the same listing is refused: pagination must not carry the gate to other services.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"
#include "registry/location.h"
#include "registry/url.h"

namespace registry {

// The target of the first link whose rel is "next"; nullopt where there is none. Malformed headers are errors.
[[nodiscard]] base::Result<std::optional<std::string>> next_link(std::string_view header);

// The next page of the listing at `request`: same origin, same path; nullopt at the last page.
[[nodiscard]] base::Result<std::optional<Url>> next_page(const Url& request, const http::Headers& headers);

// The Link value for the client of a tags listing; nullopt at the last page.
[[nodiscard]] base::Result<std::optional<std::string>> public_tags_link(const Url& request, const http::Headers& headers,
                                                                        const PublicBase& client);

}  // namespace registry
