// PUT and DELETE of manifests. A pushed manifest is parsed strictly before the upstream sees it: what could be read in two ways is refused
// here, not at the next pull (oci-proxying 2.7).
#pragma once

#include "proxy/request.h"
#include "registry/route.h"

namespace proxy {

http::Async<void> push_manifest(RoutedRequest& routed, const registry::ManifestRoute& route);
http::Async<void> delete_manifest(RoutedRequest& routed, const registry::ManifestRoute& route);

}  // namespace proxy
