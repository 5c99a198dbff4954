// Which fields of an upstream's answer reach the client (oci-proxying 2.2): an allow-list, so that cookies, Alt-Svc, challenges and
// framing never pass.
#pragma once

#include "base/digest.h"
#include "http/message.h"

namespace proxy {

// Of a streamed blob. Its digest is the one that was asked for, which every client checks, and its type is no manifest's: what the
// upstream claims in these two would be believed by clients (containerd resolves by them).
[[nodiscard]] http::Headers blob_headers(const http::Headers& upstream, const base::Digest& digest);
// Of uploads, tag lists and errors; Location and Link are the caller's to rewrite.
[[nodiscard]] http::Headers protocol_headers(const http::Headers& upstream);
// The fields of a client's blob request that go upstream: Range and If-Range.
[[nodiscard]] http::Headers range_headers(const http::Headers& request);

}  // namespace proxy
