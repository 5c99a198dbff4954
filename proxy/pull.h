// HEAD and GET of manifests: fetch once, judge those bytes, serve those bytes (design 7).
#pragma once

#include "proxy/request.h"
#include "registry/route.h"

namespace proxy {

http::Async<void> serve_manifest(RoutedRequest& routed, const registry::ManifestRoute& route);

}  // namespace proxy
