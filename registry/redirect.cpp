#include "registry/redirect.h"

#include "registry/address.h"

namespace registry {

bool is_redirect(unsigned status) { return status == 301 || status == 302 || status == 303 || status == 307 || status == 308; }

base::Result<Url> redirect_target(const http::Origin& registry, const Reach& reach, const Url& current, std::string_view location) {
    if (location.empty()) return base::fail(base::ErrorCode::unavailable, "redirect: without a Location");
    TRY(auto url, resolve(current, location));
    if ((registry.tls() || current.origin.tls()) && !url.origin.tls()) {
        return base::fail(base::ErrorCode::unavailable, "redirect: from https to " + url.without_query());
    }
    if (!reach.may_be_inside(registry, url.origin.host()) && is_inside_address(url.origin.host())) {
        return base::fail(base::ErrorCode::unavailable, "redirect: to an inside address: " + url.without_query());
    }
    return url;
}

}  // namespace registry
