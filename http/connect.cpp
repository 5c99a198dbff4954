#include "http/connect.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "http/tunnel.h"

namespace http {

using asio::ip::tcp;
using base::Error;
using base::ErrorCode;
using base::fail;
using base::Result;

namespace {

using SharedSocket = std::shared_ptr<tcp::socket>;
using Endpoints = std::vector<tcp::endpoint>;

// Closes the socket when the timer expires, which ends whatever waits on it.
void close_on(asio::steady_timer& timer, const SharedSocket& socket) {
    timer.async_wait([weak = std::weak_ptr(socket)](boost::system::error_code error) {
        const auto open = weak.lock();
        boost::system::error_code ignored;
        if (open && !error) open->close(ignored);
    });
}

Async<tcp::socket> connect_to(tcp::endpoint endpoint, base::Deadline deadline) {
    const auto executor = co_await asio::this_coro::executor;
    const auto socket = std::make_shared<tcp::socket>(executor);
    asio::steady_timer timer(executor, deadline.at());
    close_on(timer, socket);
    const auto [error] = co_await socket->async_connect(endpoint, kAsTuple);
    const auto where = endpoint.address().to_string() + " port " + std::to_string(endpoint.port());
    if (deadline.passed()) co_return fail(ErrorCode::timed_out, "connect to " + where + ": timed out");
    if (error) co_return fail(ErrorCode::unavailable, "connect to " + where + ": " + error.message());
    timer.cancel();
    boost::system::error_code ignored;
    socket->set_option(tcp::no_delay(true), ignored);
    co_return std::move(*socket);
}

Async<tcp::socket> connect_to_any(const Endpoints& endpoints, base::Deadline deadline) {
    Error last(ErrorCode::unavailable, "no address");
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
        // An address that does not answer must leave time for those behind it.
        const auto share = deadline.left() / static_cast<std::int64_t>(endpoints.size() - i);
        auto socket = co_await connect_to(endpoints[i], base::Deadline::after(share).sooner_of(deadline));
        if (socket) co_return std::move(socket);
        last = std::move(socket).error();
    }
    co_return std::unexpected(std::move(last));
}

Result<Endpoints> permitted(const Endpoints& found, const AddressFilter& refuses, const std::string& host) {
    if (!refuses) return found;
    Endpoints endpoints;
    std::string reason;
    for (const auto& endpoint : found) {
        const auto why = refuses(endpoint.address());
        if (why.empty()) endpoints.push_back(endpoint);
        if (reason.empty() && !why.empty()) reason = endpoint.address().to_string() + ", " + why;
    }
    if (endpoints.empty()) return fail(ErrorCode::unavailable, host + " leads to " + reason);
    return endpoints;
}

Async<tcp::socket> connect_directly(asio::thread_pool& workers, const Destination& destination, base::Deadline deadline) {
    const auto& origin = destination.origin;
    CO_TRY(const auto found, co_await resolve(workers, origin.host(), origin.port(), deadline));
    CO_TRY(const auto endpoints, permitted(found, destination.refuses, origin.host()));
    CO_TRY(auto socket, co_await connect_to_any(endpoints, deadline));
    co_return socket;
}

// The origin's name is the proxy's to resolve.
Async<tcp::socket> connect_through_proxy(asio::thread_pool& workers, const Destination& destination, base::Deadline deadline) {
    const auto& proxy = *destination.proxy;
    CO_TRY(const auto endpoints, co_await resolve(workers, proxy.host(), proxy.port(), deadline));
    CO_TRY(auto connected, co_await connect_to_any(endpoints, deadline));
    if (!destination.origin.tls()) co_return connected;
    const auto socket = std::make_shared<tcp::socket>(std::move(connected));
    asio::steady_timer timer(co_await asio::this_coro::executor, deadline.at());
    close_on(timer, socket);
    auto opened = co_await open_tunnel(*socket, connect_head(destination.origin, proxy));
    if (deadline.passed()) co_return fail(ErrorCode::timed_out, "CONNECT timed out");
    if (!opened) co_return std::unexpected(std::move(opened).error());
    timer.cancel();
    co_return std::move(*socket);
}

Async<std::unique_ptr<Stream>> start(tcp::socket socket, const Destination& destination, base::Deadline deadline) {
    const bool tls = destination.origin.tls();
    auto stream =
        tls ? std::make_unique<Stream>(std::move(socket), destination.tls->context()) : std::make_unique<Stream>(std::move(socket));
    stream->inject(destination.faults);
    if (!tls) co_return stream;
    const StreamLimits limits{std::chrono::milliseconds::max(), deadline};
    stream->set_limits(limits);
    CO_TRY_VOID(co_await stream->connect_tls(destination.origin.host()));
    co_return stream;
}

}  // namespace

Async<std::unique_ptr<Stream>> open_stream(asio::thread_pool& workers, Destination destination, base::Deadline deadline) {
    const auto& origin = destination.origin;
    if (origin.tls() && !destination.tls) co_return fail(ErrorCode::internal, "no TLS settings for " + origin.url());
    if (!destination.proxy) {
        CO_TRY(auto socket, co_await connect_directly(workers, destination, deadline));
        co_return co_await start(std::move(socket), destination, deadline);
    }
    const auto place = "proxy " + destination.proxy->url();
    auto socket = co_await connect_through_proxy(workers, destination, deadline);
    if (!socket) co_return std::unexpected(std::move(socket).error().with_context(place));
    auto stream = co_await start(*std::move(socket), destination, deadline);
    if (!stream) co_return std::unexpected(std::move(stream).error().with_context("through " + place));
    co_return stream;
}

}  // namespace http
