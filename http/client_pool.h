// The idle connections of one Client. The most recently used one goes first; the others age out.
#pragma once

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <vector>

#include "http/client_connection.h"

namespace http {

class ClientPool : public std::enable_shared_from_this<ClientPool> {
public:
    ClientPool(asio::io_context& io, std::chrono::milliseconds keep_alive, std::size_t capacity)
        : sweep_timer_(io), keep_alive_(keep_alive), capacity_(capacity) {}

    // One that is still open and silent: a peer that closed it, or sent something unasked, loses it here. Null if there is none
    // that was used within `longest_idle`.
    [[nodiscard]] std::unique_ptr<ClientConnection> take(std::chrono::milliseconds longest_idle);
    [[nodiscard]] std::unique_ptr<ClientConnection> take() { return take(keep_alive_); }
    void give(std::unique_ptr<ClientConnection> connection);
    void close();  // drops all, and whatever is given later
    [[nodiscard]] std::size_t size() const { return idle_.size(); }

private:
    using Clock = std::chrono::steady_clock;
    struct Idle {
        std::unique_ptr<ClientConnection> connection;
        Clock::time_point until;
    };
    void arm();
    void sweep();

    asio::steady_timer sweep_timer_;
    std::chrono::milliseconds keep_alive_;
    std::size_t capacity_;
    std::vector<Idle> idle_;  // oldest first
};

}  // namespace http
