#include "proxy/background.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <stdexcept>

#include "test/support/catch.h"

namespace proxy {
namespace {

namespace asio = http::asio;
using namespace std::chrono_literals;

asio::awaitable<void> wait_often(int& ended, int times) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (int i = 0; i < times; ++i) {
        timer.expires_after(1h);
        co_await timer.async_wait(http::kAsTuple);
    }
    ++ended;
}

asio::awaitable<void> fail() {
    throw std::runtime_error("broken");
    co_return;
}

}  // namespace

TEST_CASE("stop breaks off every operation of every task, and resolves when all have ended") {
    asio::io_context io{1};
    Background background{io};
    int ended = 0;
    for (int i = 0; i < 3; ++i) background.spawn(wait_often(ended, 1 + i));
    bool stopped = false;
    const auto stop = [&]() -> asio::awaitable<void> {
        co_await background.stop();
        stopped = ended == 3;
    };
    asio::co_spawn(io, stop(), asio::detached);
    io.run_for(10s);
    CHECK(ended == 3);
    CHECK(stopped);
}

TEST_CASE("a task that throws ends, and nothing else does") {
    asio::io_context io{1};
    Background background{io};
    background.spawn(fail());
    io.run();
    bool stopped = false;
    const auto stop = [&]() -> asio::awaitable<void> {
        co_await background.stop();
        stopped = true;
    };
    io.restart();
    asio::co_spawn(io, stop(), asio::detached);
    io.run();
    CHECK(stopped);
}

}  // namespace proxy
