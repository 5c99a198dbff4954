// HEAD and GET of blobs, streamed. `blobs = "open"` serves every blob except those that read as a manifest: the manifest is the choke
// point, and some registries give manifests out as blobs (oci-proxying 2.6).
#pragma once

#include "proxy/request.h"
#include "registry/route.h"

namespace proxy {

http::Async<void> serve_blob(RoutedRequest& routed, const registry::BlobRoute& route);

}  // namespace proxy
