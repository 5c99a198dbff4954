#include "http/tunnel.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>

#include "http/head.h"

namespace http {

using base::ErrorCode;
using base::fail;
using base::Result;

namespace {

constexpr std::size_t kHeadLimit = 64 * 1024;
constexpr std::size_t kFieldLimit = 100;
constexpr std::size_t kReadSize = 4096;

struct Answer {
    std::string head;  // with its blank line
    bool followed;     // something came behind it
};

Async<Answer> read_answer(asio::ip::tcp::socket& socket) {
    std::string text;
    HeadScanner scanner;
    while (text.size() < kHeadLimit) {
        const auto before = text.size();
        text.resize(std::min(before + kReadSize, kHeadLimit));
        const auto [error, count] = co_await socket.async_read_some(asio::buffer(text.data() + before, text.size() - before), kAsTuple);
        text.resize(before + count);
        if (error) co_return fail(ErrorCode::unavailable, "the connection ended before CONNECT was answered: " + error.message());
        const auto length = scanner.scan(text);
        if (!length) co_return fail(ErrorCode::unavailable, "malformed answer to CONNECT: " + length.error().message());
        if (!*length) continue;
        boost::system::error_code ignored;
        const bool followed = **length != text.size() || socket.available(ignored) > 0;
        text.resize(**length);
        co_return Answer(std::move(text), followed);
    }
    co_return fail(ErrorCode::unavailable, "the answer to CONNECT has a head of more than 64 KiB");
}

}  // namespace

std::string connect_head(const Origin& origin, const ForwardProxy& proxy) {
    const auto host = origin.host().find(':') == std::string::npos ? origin.host() : "[" + origin.host() + "]";
    const auto target = host + ":" + std::to_string(origin.port());
    auto head = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\nUser-Agent: countersign\r\n";
    if (const auto& secret = proxy.authorization()) head.append("Proxy-Authorization: ").append(secret->reveal()).append("\r\n");
    return head + "\r\n";
}

Async<void> open_tunnel(asio::ip::tcp::socket& socket, std::string head) {
    const auto [error, sent] = co_await asio::async_write(socket, asio::buffer(head), kAsTuple);
    if (error) co_return fail(ErrorCode::unavailable, "send CONNECT: " + error.message());
    CO_TRY(const auto raw, co_await read_answer(socket));
    // "A client MUST ignore any Content-Length or Transfer-Encoding header fields received in a successful response to CONNECT", and a
    // refusal's body is not read: no body either way, as after HEAD.
    const auto answer = parse_response_head(raw.head, kFieldLimit, RequestMethod::head);
    if (!answer) co_return fail(ErrorCode::unavailable, "malformed answer to CONNECT: " + answer.error().message());
    const auto status = answer->head.status;
    if (status / 100 != 2) {
        co_return fail(ErrorCode::unavailable,
                       "CONNECT was answered " + std::to_string(status) + " " + std::string(standard_reason(status)));
    }
    if (raw.followed) co_return fail(ErrorCode::unavailable, "bytes behind the answer to CONNECT");
    co_return Result<void>();
}

}  // namespace http
