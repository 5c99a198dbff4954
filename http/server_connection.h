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
    RequestView view;  // of the head that is just being looked at, on whatever connection

    void tell(std::string_view peer, std::string_view what) const noexcept;  // a report that throws is ignored
};

class ServerConnection {
public:
    ServerConnection(std::unique_ptr<Stream> stream, std::shared_ptr<ServerContext> context)
        : stream_(std::move(stream)), input_(*stream_), context_(std::move(context)) {}

    asio::awaitable<void> serve();
    void stop_if_idle();  // graceful: a running request goes on
    void break_off();     // cancels whatever the connection's coroutine waits for; to be repeated until it has ended
    [[nodiscard]] asio::cancellation_slot cancellation_slot() { return cancellation_.slot(); }
    [[nodiscard]] std::string peer() const { return stream_->peer(); }

private:
    enum class Next { request, close };
    enum class Ready { none, sent, begun };
    // The fast lane: as long as whole requests are here whose answers stand ready. `begun`: the kernel took only a part.
    [[nodiscard]] Ready answer_ready();
    [[nodiscard]] std::optional<ReadyAnswer> find_ready();
    asio::awaitable<bool> finish_ready();
    asio::awaitable<bool> serve_ready();
    Async<ParsedRequest> read_request(base::Deadline deadline);
    asio::awaitable<bool> wait_for_request(base::Deadline deadline);
    void limit_wait();
    void limit_body();
    asio::awaitable<Next> serve_request();
    asio::awaitable<Next> answer(ParsedRequest request);
    asio::awaitable<base::Result<void>> run_handler(ServerExchange& exchange);
    asio::awaitable<void> refuse(base::Error error);
    asio::awaitable<void> close_gently();

    std::unique_ptr<Stream> stream_;
    Input input_;
    std::shared_ptr<ServerContext> context_;
    asio::cancellation_signal cancellation_;
    // A new connection owes its first head from the start; later ones may be idle before their head begins.
    base::Deadline opening_ = base::Deadline::never();
    struct Unfinished {
        ReadyAnswer answer;
        std::string head;  // whole, with its date
        std::size_t written;
    };
    std::optional<Unfinished> unfinished_;
    std::string peer_;         // once an answer stood ready
    bool first_ = true;
    bool idle_ = false;
};

}  // namespace http
