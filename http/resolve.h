// Names to addresses. getaddrinfo blocks and cannot be interrupted, so it runs on the workers; a caller whose time is over leaves,
// and the answer that comes later is forgotten.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string>
#include <vector>

#include "base/time.h"
#include "http/async.h"

namespace http {

// At least one endpoint. Errors: unavailable, timed_out. An IP literal is not looked up.
[[nodiscard]] Async<std::vector<asio::ip::tcp::endpoint>> resolve(asio::thread_pool& workers, std::string host, std::uint16_t port,
                                                                  base::Deadline deadline);

}  // namespace http
