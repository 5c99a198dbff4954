// An HTTP server on a loopback port whose answers a test writes as a function; it keeps what it was asked. Client and server share one
// io_context and the test's thread, so nothing here needs a lock.
#pragma once

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "http/server.h"

namespace test {

struct Reply {
    unsigned status = 200;
    http::Headers headers;
    std::string body;
    std::unique_ptr<http::BodySource> stream;  // instead of body
    bool read_body_first = true;               // false: answers before the request's body is taken
};

struct Request {
    http::RequestHead head;
    std::string body;
    [[nodiscard]] std::string line() const { return head.method + " " + head.target; }
    [[nodiscard]] std::string field(std::string_view name) const { return head.headers.joined(name); }
};

[[nodiscard]] Reply reply(unsigned status, std::string body = {});
[[nodiscard]] Reply reply_with(unsigned status, std::string_view field, std::string_view value, std::string body = {});

class ScriptedServer {
public:
    using Script = std::function<Reply(const http::RequestHead&)>;
    ScriptedServer(http::asio::io_context& io, Script script);

    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    [[nodiscard]] const std::vector<Request>& requests() const { return requests_; }
    [[nodiscard]] std::vector<std::string> lines() const;
    void script(Script script) { script_ = std::move(script); }

private:
    http::Async<void> handle(http::Exchange& exchange);

    Script script_;
    std::vector<Request> requests_;
    std::uint16_t port_ = 0;
    http::Server server_;
};

// A body of one byte every `pause`, without end.
[[nodiscard]] std::unique_ptr<http::BodySource> slow_body(http::asio::io_context& io, std::chrono::milliseconds pause);

// Runs `io` on this thread until the coroutine has ended.
template <typename T>
base::Result<T> run(http::asio::io_context& io, http::Async<T> work) {
    std::optional<base::Result<T>> result;
    std::exception_ptr failure;
    bool ended = false;
    auto body = [&]() -> http::asio::awaitable<void> { result.emplace(co_await std::move(work)); };
    http::asio::co_spawn(io, body, [&](std::exception_ptr problem) {
        failure = problem;
        ended = true;
    });
    io.restart();
    while (!ended) {
        if (io.run_one() == 0) throw std::runtime_error("nothing left to run, and no result");
    }
    if (failure) std::rethrow_exception(failure);
    return *std::move(result);
}

}  // namespace test
