// Work of one thread that belongs to no connection: it goes on when the client that wanted it leaves. All of it runs on the thread of
// its io_context, where these functions have to be called too.
#pragma once

#include <boost/asio/cancellation_signal.hpp>

#include <list>

#include "http/async.h"

namespace proxy {

class Background {
public:
    explicit Background(http::asio::io_context& io) : io_(io) {}
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;

    // The task's own exceptions are its own to handle: what escapes is dropped.
    void spawn(http::asio::awaitable<void> task);
    [[nodiscard]] std::size_t running() const { return running_.size(); }
    // Breaks off what is under way; resolves when nothing is left. Nothing may refer to what the tasks use before.
    http::asio::awaitable<void> stop();

private:
    http::asio::io_context& io_;
    std::list<http::asio::cancellation_signal> running_;
};

}  // namespace proxy
