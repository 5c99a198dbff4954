// Does a client's Accept cover the type that would be served? (RFC 9110 section 12.5.1; oci-proxying 2.5)
#pragma once

#include <string_view>

#include "http/message.h"

namespace proxy {

// No Accept field accepts everything; quality values are ignored except q=0; parameters other than q are ignored.
[[nodiscard]] bool accepts(const http::Headers& headers, std::string_view media_type);

// The same of one Accept field; allocates nothing.
[[nodiscard]] bool accepts_by(std::string_view field, std::string_view media_type);

// A pusher's existence check names exactly one manifest type and "*/*" (containerd, docker's containerd store; oci-proxying 1.7),
// or the type that only oras still knows.
[[nodiscard]] bool looks_like_a_pusher(const http::Headers& headers);

}  // namespace proxy
