// A tunnel through a forward proxy: CONNECT and its answer (RFC 9110 section 9.3.6), on a connection to the proxy.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <string>

#include "http/async.h"
#include "http/forward_proxy.h"
#include "http/origin.h"

namespace http {

// "CONNECT host:port" in authority form, which always has a port (RFC 9112 section 3.2.3).
[[nodiscard]] std::string connect_head(const Origin& origin, const ForwardProxy& proxy);

// Sends CONNECT and reads the answer's head; what follows on the socket is between us and the origin. The answer is read as strictly as
// any other, 64 KiB at most, and only 2xx opens a tunnel. A byte behind its head is refused: TLS servers wait for the client's hello, so
// it cannot be the origin's. Whoever calls bounds the time, by closing the socket.
// Error: unavailable, with the proxy's status in the standard's words.
[[nodiscard]] Async<void> open_tunnel(asio::ip::tcp::socket& socket, std::string head);

}  // namespace http
