// Where a redirect may lead (oci-proxying 2.14; security-advisories 113, 115, 119, 123, 124). The gate follows redirects by itself: handing
// one on for a manifest would let the client fetch bytes that nobody judged.
#pragma once

#include <string_view>

#include "base/result.h"
#include "registry/reach.h"
#include "registry/url.h"

namespace registry {

inline constexpr int kRedirectLimit = 5;

[[nodiscard]] bool is_redirect(unsigned status);  // 301, 302, 303, 307, 308

// The next URL: https only if the registry or the current hop is https, and no inside address except where `reach` permits its host.
[[nodiscard]] base::Result<Url> redirect_target(const http::Origin& registry, const Reach& reach, const Url& current,
                                                std::string_view location);

}  // namespace registry
