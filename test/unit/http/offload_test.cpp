#include "http/offload.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "test/support/catch.h"
#include "test/unit/http/raw_peers.h"

namespace {

struct Threads {
    std::thread::id caller;
    std::thread::id job;
    std::thread::id after;
};

http::asio::awaitable<Threads> threads_of(http::asio::thread_pool& workers) {
    Threads threads;
    threads.caller = std::this_thread::get_id();
    auto job = [] { return std::this_thread::get_id(); };
    threads.job = co_await http::offload(workers, std::move(job));
    threads.after = std::this_thread::get_id();
    co_return threads;
}

http::asio::awaitable<int> throwing(http::asio::thread_pool& workers) {
    auto job = []() -> int { throw std::runtime_error("boom"); };
    co_return co_await http::offload(workers, std::move(job));
}

http::Async<std::string> failing(http::asio::thread_pool& workers) {
    auto job = []() -> base::Result<std::string> { return base::fail(base::ErrorCode::not_found, "nothing"); };
    co_return co_await http::offload(workers, std::move(job));
}

}  // namespace

TEST_CASE("a job runs on the workers and its result comes back to the caller's thread") {
    Loop loop;
    const auto threads = loop.run(threads_of(loop.workers));
    CHECK(threads.job != threads.caller);
    CHECK(threads.after == threads.caller);
}

TEST_CASE("a job's error is a value and its exception is rethrown to the caller") {
    Loop loop;
    CHECK(loop.run(failing(loop.workers)).error().code() == base::ErrorCode::not_found);
    CHECK_THROWS_AS(loop.run(throwing(loop.workers)), std::runtime_error);
}

TEST_CASE("a caller that is cancelled meanwhile still waits for its job") {
    http::asio::io_context io;
    http::asio::thread_pool workers(1);
    http::asio::cancellation_signal signal;
    std::atomic<bool> release = false;
    bool finished = false;
    auto waiting = [](http::asio::thread_pool& pool, std::atomic<bool>& go, bool& done) -> http::asio::awaitable<void> {
        std::string local = "in the frame";
        auto job = [&] {
            while (!go) std::this_thread::sleep_for(1ms);
            return local.size();
        };
        done = co_await http::offload(pool, std::move(job)) == 12;
    };
    auto ended = [](std::exception_ptr) {};
    http::asio::co_spawn(io, waiting(workers, release, finished), http::asio::bind_cancellation_slot(signal.slot(), ended));
    io.run_for(20ms);
    signal.emit(http::asio::cancellation_type::terminal);
    release = true;
    io.restart();
    io.run_for(5s);
    workers.join();
    CHECK(finished);
}
