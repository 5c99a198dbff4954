// Blob uploads and deletes, streamed to the upstream. Upload sessions keep their state in Location: it is rewritten to the gate and back,
// its query byte for byte (oci-proxying 2.12);
// a session at another origin, an object store's, stays there. Mounts become plain uploads, which is always legal (2.13).
#pragma once

#include "proxy/request.h"
#include "registry/route.h"

namespace proxy {

http::Async<void> start_upload(RoutedRequest& routed, const registry::UploadStartRoute& route);
http::Async<void> continue_upload(RoutedRequest& routed, const registry::UploadRoute& route, std::string method);
http::Async<void> delete_blob(RoutedRequest& routed, const registry::BlobRoute& route);

}  // namespace proxy
