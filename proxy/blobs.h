// HEAD and GET of blobs, streamed. `blobs = "open"` serves every blob except those that read as a manifest: the manifest is the choke
// point, and some registries give manifests out as blobs (oci-proxying 2.6).
#pragma once

#include "proxy/request.h"
#include "registry/route.h"

namespace proxy {

http::Async<void> serve_blob(RoutedRequest& routed, const registry::BlobRoute& route);

// The size of the whole from "bytes 0-99/1234"; nullopt where it is "*" or malformed (RFC 9110 section 14.4).
[[nodiscard]] std::optional<std::uint64_t> total_size(std::string_view content_range);

}  // namespace proxy
