#include "proxy/flights.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "test/support/catch.h"

namespace proxy {
namespace {

namespace asio = http::asio;
using namespace std::chrono_literals;

asio::awaitable<void> sleep(std::chrono::milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(http::kAsTuple);
}

Flights<int>::Work counted(int& runs, std::chrono::milliseconds time) {
    return [&runs, time]() -> asio::awaitable<int> {
        const int run = ++runs;
        co_await sleep(time);
        co_return run;
    };
}

struct Fixture {
    asio::io_context io{1};
    Background background{io};
    Flights<int> flights;
    std::vector<std::optional<int>> results;

    asio::awaitable<void> ask(Flights<int>::Work work, std::chrono::milliseconds patience) {
        auto deadline = base::Deadline::after(patience);
        results.push_back(co_await flights.join("key", background, std::move(work), deadline));
    }
    void spawn(Flights<int>::Work work, std::chrono::milliseconds patience = 10s) {
        asio::co_spawn(io, ask(std::move(work), patience), asio::detached);
    }
};

}  // namespace

TEST_CASE("all who ask at the same time get the value of one flight; the next one starts another") {
    Fixture fixture;
    int runs = 0;
    for (int i = 0; i < 100; ++i) fixture.spawn(counted(runs, 20ms));
    fixture.io.run();
    CHECK(runs == 1);
    CHECK(fixture.results == std::vector<std::optional<int>>(100, 1));
    fixture.io.restart();
    fixture.spawn(counted(runs, 0ms));
    fixture.io.run();
    CHECK(fixture.results.back() == 2);
}

TEST_CASE("who cannot wait leaves without a value, and takes nothing along") {
    Fixture fixture;
    int runs = 0;
    fixture.spawn(counted(runs, 60ms), 5ms);  // the one that started it
    fixture.spawn(counted(runs, 60ms), 10s);
    fixture.io.run();
    CHECK(runs == 1);
    CHECK(fixture.results == std::vector<std::optional<int>>{std::nullopt, 1});
}

TEST_CASE("an exception reaches all who joined, and is not kept") {
    Fixture fixture;
    int caught = 0;
    const auto ask = [&]() -> asio::awaitable<void> {
        try {
            Flights<int>::Work work = []() -> asio::awaitable<int> {
                co_await sleep(5ms);
                throw std::runtime_error("broken");
            };
            (void)co_await fixture.flights.join("key", fixture.background, std::move(work), base::Deadline::never());
        } catch (const std::runtime_error&) {
            ++caught;
        }
    };
    for (int i = 0; i < 3; ++i) asio::co_spawn(fixture.io, ask(), asio::detached);
    fixture.io.run();
    CHECK(caught == 3);
    fixture.io.restart();
    int runs = 0;
    fixture.spawn(counted(runs, 0ms));
    fixture.io.run();
    CHECK(fixture.results.back() == 1);
}

TEST_CASE("who comes after a write does not join what began before it, and both get their own") {
    Fixture fixture;
    int runs = 0;
    MemoryCache memory(0);
    std::vector<std::optional<int>> results;
    const auto ask = [&](std::chrono::milliseconds after) -> asio::awaitable<void> {
        co_await sleep(after);
        if (after > 0ms) memory.written("a/b", {});
        auto key = flight_key("key", memory.since("a/b"));
        auto work = counted(runs, 30ms);
        results.push_back(co_await fixture.flights.join(std::move(key), fixture.background, std::move(work), base::Deadline::never()));
    };
    asio::co_spawn(fixture.io, ask(0ms), asio::detached);
    asio::co_spawn(fixture.io, ask(5ms), asio::detached);
    fixture.io.run();
    CHECK(results == std::vector<std::optional<int>>{1, 2});
}

TEST_CASE("a ticket gives the value even after the flight has ended") {
    Fixture fixture;
    int runs = 0;
    const auto ticket = fixture.flights.enter("key", fixture.background, counted(runs, 0ms));
    fixture.io.run();
    fixture.io.restart();
    std::optional<int> value;
    const auto ask = [&]() -> asio::awaitable<void> { value = co_await fixture.flights.wait(ticket, base::Deadline::never()); };
    asio::co_spawn(fixture.io, ask(), asio::detached);
    fixture.io.run();
    CHECK(value == 1);
    CHECK(runs == 1);
}

TEST_CASE("who is cancelled leaves, and takes nothing along") {
    Fixture fixture;
    int runs = 0;
    asio::cancellation_signal cancel;
    const auto leave = [&]() -> asio::awaitable<void> {
        auto deadline = base::Deadline::never();
        static_cast<void>(co_await fixture.flights.join("key", fixture.background, counted(runs, 30ms), deadline));
    };
    bool left = false;
    asio::co_spawn(fixture.io, leave(), asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr) { left = runs == 1; }));
    fixture.spawn(counted(runs, 30ms));
    const auto stop = [&]() -> asio::awaitable<void> {
        co_await sleep(5ms);
        cancel.emit(asio::cancellation_type::terminal);
        co_await sleep(5ms);
        CHECK(left);
        CHECK(fixture.results.empty());
    };
    asio::co_spawn(fixture.io, stop(), asio::detached);
    fixture.io.run();
    CHECK(runs == 1);
    CHECK(fixture.results == std::vector<std::optional<int>>{1});
}

TEST_CASE("joiners of other threads share one flight and are woken on their own") {
    constexpr int kThreads = 4;
    constexpr int kEach = 50;
    Flights<int> flights;
    std::atomic<int> entered = 0;
    std::atomic<int> right = 0;
    std::atomic<int> runs = 0;
    const auto serve = [&] {
        asio::io_context io{1};
        Background background{io};
        const auto ask = [&]() -> asio::awaitable<void> {
            const auto thread = std::this_thread::get_id();
            Flights<int>::Work work = [&]() -> asio::awaitable<int> {  // ends when all have joined
                ++runs;
                while (entered < kThreads * kEach) co_await sleep(1ms);
                co_return 7;
            };
            auto ticket = flights.enter("key", background, std::move(work));
            ++entered;
            const auto value = co_await flights.wait(std::move(ticket), base::Deadline::never());
            if (value == 7 && std::this_thread::get_id() == thread) ++right;
        };
        for (int i = 0; i < kEach; ++i) asio::co_spawn(io, ask(), asio::detached);
        io.run();
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back(serve);
    for (auto& thread : threads) thread.join();
    CHECK(right == kThreads * kEach);
    CHECK(runs == 1);
}

}  // namespace proxy
