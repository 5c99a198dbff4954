// Names to addresses. getaddrinfo blocks and cannot be interrupted, so it runs on the workers; a caller whose time is over leaves,
// and the answer that comes later is forgotten.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <string>
#include <vector>

#include "base/time.h"
#include "http/async.h"

namespace http {

// Why an address must not be connected to; empty: it may. It is asked about the very addresses that are connected to, so a name that
// resolves to something else a moment later (DNS rebinding) gains nothing.
using AddressFilter = std::function<std::string(const asio::ip::address&)>;

// At least one endpoint. Errors: unavailable, timed_out. An IP literal is not looked up.
[[nodiscard]] Async<std::vector<asio::ip::tcp::endpoint>> resolve(asio::thread_pool& workers, std::string host, std::uint16_t port,
                                                                  base::Deadline deadline);

}  // namespace http
