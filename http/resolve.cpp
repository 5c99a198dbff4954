#include "http/resolve.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <memory>
#include <optional>

namespace http {

using asio::ip::tcp;
using base::ErrorCode;
using base::fail;
using base::Result;
using Endpoints = std::vector<tcp::endpoint>;

namespace {

// Shared with the worker, which may outlive the waiting coroutine; touched on the coroutine's thread only.
struct Lookup {
    explicit Lookup(const asio::any_io_executor& executor, base::Deadline deadline) : answered(executor, deadline.at()) {}
    asio::steady_timer answered;
    std::optional<Result<Endpoints>> result;
};

Result<Endpoints> look_up(tcp::resolver& resolver, const std::string& host, std::uint16_t port) {
    boost::system::error_code error;
    const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::numeric_service, error);
    if (error) return fail(ErrorCode::unavailable, "resolve " + host + ": " + error.message());
    Endpoints endpoints;
    for (const auto& entry : found) endpoints.push_back(entry.endpoint());
    if (endpoints.empty()) return fail(ErrorCode::unavailable, "resolve " + host + ": no address");
    return endpoints;
}

void start_lookup(asio::thread_pool& workers, asio::any_io_executor executor, const std::shared_ptr<Lookup>& lookup, std::string host,
                  std::uint16_t port) {
    auto resolver = std::make_shared<tcp::resolver>(executor);
    asio::post(workers, [executor, lookup, resolver, host = std::move(host), port]() mutable {
        auto result = look_up(*resolver, host, port);
        asio::post(executor, [lookup = std::move(lookup), resolver = std::move(resolver), result = std::move(result)]() mutable {
            lookup->result.emplace(std::move(result));
            lookup->answered.cancel();
        });
    });
}

}  // namespace

Async<Endpoints> resolve(asio::thread_pool& workers, std::string host, std::uint16_t port, base::Deadline deadline) {
    boost::system::error_code not_literal;
    const auto literal = asio::ip::make_address(host, not_literal);
    if (!not_literal) co_return Endpoints(1, tcp::endpoint(literal, port));
    const auto executor = co_await asio::this_coro::executor;
    const auto lookup = std::make_shared<Lookup>(executor, deadline);
    start_lookup(workers, executor, lookup, host, port);
    if (!lookup->result) co_await lookup->answered.async_wait(kAsTuple);
    if (!lookup->result) co_return fail(ErrorCode::timed_out, "resolve " + host + ": timed out");
    co_return *std::move(lookup->result);
}

}  // namespace http
