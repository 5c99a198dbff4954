// One client's connection: requests one after the other until it ends, is refused, times out or the server stops.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <memory>

#include "http/server_exchange.h"

namespace http {

// What the connections of one Server share.
struct ServerContext {
    ServerOptions options;
    Handler handler;
    Report report;
    bool stopping = false;

    void tell(std::string_view peer, std::string_view what) const noexcept;  // a report that throws is ignored
};

class ServerConnection {
public:
    ServerConnection(std::unique_ptr<Stream> stream, std::shared_ptr<const ServerContext> context)
        : stream_(std::move(stream)), input_(*stream_), context_(std::move(context)) {}

    asio::awaitable<void> serve();
    void stop_if_idle();  // graceful: a running request goes on
    void break_off();     // cancels whatever the connection's coroutine waits for; to be repeated until it has ended
    [[nodiscard]] asio::cancellation_slot cancellation_slot() { return cancellation_.slot(); }
    [[nodiscard]] std::string peer() const { return stream_->peer(); }

private:
    enum class Next { request, close };
    Async<ParsedRequest> read_request(base::Deadline deadline);
    asio::awaitable<bool> wait_for_request(base::Deadline deadline);
    asio::awaitable<Next> serve_request();
    asio::awaitable<Next> answer(ParsedRequest request);
    asio::awaitable<base::Result<void>> run_handler(ServerExchange& exchange);
    asio::awaitable<void> refuse(base::Error error);
    asio::awaitable<void> close_gently();

    std::unique_ptr<Stream> stream_;
    Input input_;
    std::shared_ptr<const ServerContext> context_;
    asio::cancellation_signal cancellation_;
    bool first_ = true;
    bool idle_ = false;
};

}  // namespace http
