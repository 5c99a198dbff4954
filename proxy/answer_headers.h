// Which fields of an upstream's answer reach the client (oci-proxying 2.2): an allow-list, so that cookies, Alt-Svc, challenges and
// framing never pass.
#pragma once

#include <optional>
#include <string>

#include "http/message.h"

namespace proxy {

// Of a streamed blob.
[[nodiscard]] http::Headers blob_headers(const http::Headers& upstream);
// Of uploads, tag lists and errors; Location and Link are the caller's to rewrite.
[[nodiscard]] http::Headers protocol_headers(const http::Headers& upstream);
// The fields of a client's blob request that go upstream: Range and If-Range.
[[nodiscard]] http::Headers range_headers(const http::Headers& request);
// Content-Length of an answer to HEAD; nullopt where absent or not a number.
[[nodiscard]] std::optional<std::uint64_t> declared_length(const http::Headers& headers);

}  // namespace proxy
