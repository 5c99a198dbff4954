#include "http/tunnel.h"

#include <boost/asio/ip/tcp.hpp>

#include "test/support/catch.h"
#include "test/unit/http/raw_proxy.h"

namespace {

http::Async<void> tunnel_to(std::uint16_t port, std::string head) {
    http::asio::ip::tcp::socket socket(co_await http::asio::this_coro::executor);
    const http::asio::ip::tcp::endpoint endpoint(http::asio::ip::address_v4::loopback(), port);
    co_await socket.async_connect(endpoint, http::kAsTuple);
    co_return co_await http::open_tunnel(socket, std::move(head));
}

// The outcome of a tunnel through a proxy that answers these bytes and closes.
base::Result<void> outcome(std::string answer) {
    RawUpstream proxy([bytes = std::move(answer)](RawUpstream::Socket& socket) {
        static_cast<void>(read_head_from(socket));
        write_to(socket, bytes);
    });
    Loop loop;
    return loop.run(tunnel_to(proxy.port(), "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n"));
}

std::string head_for(const std::string& origin, const std::string& proxy) {
    return http::connect_head(http::Origin::parse(origin).value(), *http::ForwardProxy::parse(proxy).value());
}

}  // namespace

TEST_CASE("CONNECT has host and port, and who asks where the proxy wants to know") {
    CHECK(head_for("https://ghcr.io", "proxy:3128") ==
          "CONNECT ghcr.io:443 HTTP/1.1\r\nHost: ghcr.io:443\r\nUser-Agent: countersign\r\n\r\n");
    CHECK(head_for("https://ghcr.io:5000", "proxy").starts_with("CONNECT ghcr.io:5000 HTTP/1.1\r\nHost: ghcr.io:5000\r\n"));
    CHECK(head_for("https://[fd00::1]", "proxy").starts_with("CONNECT [fd00::1]:443 HTTP/1.1\r\nHost: [fd00::1]:443\r\n"));
    CHECK(head_for("https://ghcr.io", "alice:s3cret@proxy").find("\r\nProxy-Authorization: Basic YWxpY2U6czNjcmV0\r\n") !=
          std::string::npos);
}

TEST_CASE("2xx opens the tunnel, whatever its fields say of a body") {
    const std::string answer = GENERATE(as<std::string>(), "HTTP/1.1 200 Connection established\r\n\r\n",
                                        "HTTP/1.0 200 Connection established\r\nProxy-agent: tinyproxy/1.11\r\n\r\n",
                                        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n",
                                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 299 \r\n\r\n");
    CAPTURE(answer);
    CHECK(outcome(answer).has_value());
}

TEST_CASE("every other answer refuses it and says which") {
    const auto [answer, said] = GENERATE(table<std::string, std::string>({
        {"HTTP/1.1 407 Say Who\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n", "407 Proxy Authentication Required"},
        {"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "403 Forbidden"},
        {"HTTP/1.1 403 Forbidden\r\n\r\n", "403 Forbidden"},
        {"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "502 Bad Gateway"},
        {"HTTP/1.1 301 Moved\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n", "301"},
        {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "101"},
        {"HTTP/1.1 100 Continue\r\n\r\n", "100"},
        {"HTTP/1.1 200 OK\r\n\r\n\x16", "bytes behind"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody", "bytes behind"},
        {"HTTP/1.1 407 No\r\nContent-Length: 4\r\n\r\nbody", "407"},
        {"HTTP/1.1 200 OK\r\n X: folded\r\n\r\n", "malformed"},
        {"HTTP/1.1 200 OK\nX: y\n\n", "malformed"},
        {"HTTP/1.1 200 OK\r\nX : y\r\n\r\n", "malformed"},
        {"HTTP/2 200\r\n\r\n", "malformed"},
        {"\x15\x03\x01\x00\x02", "malformed"},
        {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "malformed"},
        {"HTTP/1.1 200 OK\r\nX: y", "ended before"},
        {"", "ended before"},
        {"HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'a') + "\r\n\r\n", "64 KiB"},
    }));
    CAPTURE(answer.substr(0, 100));
    const auto refused = outcome(answer);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code() == base::ErrorCode::unavailable);
    CHECK(refused.error().message().find(said) != std::string::npos);
}
