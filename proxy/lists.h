// Tag lists and referrers: metadata that grants nothing.
#pragma once

#include "proxy/request.h"
#include "registry/route.h"

namespace proxy {

// The registry's own list, with `Link` rewritten to the gate.
http::Async<void> list_tags(RoutedRequest& routed, const registry::TagsRoute& route);

// All pages of the registry's list as one index. Where it has no referrers API the answer is 404, and clients read and write the
// fallback tag instead.
http::Async<void> list_referrers(RoutedRequest& routed, const registry::ReferrersRoute& route);

}  // namespace proxy
