#include "http/stream_state.h"

#include <array>

#include "test/support/catch.h"
#include "test/unit/http/stream_pair.h"

using base::Deadline;
using base::ErrorCode;

TEST_CASE("a read that takes too long is timed out, idle or by deadline, and the next one may go on") {
    StreamPair pair("", StreamPair::Peer::open);
    std::array<std::uint8_t, 10> piece{};
    pair.stream().set_limits(idle(30ms));
    CHECK(pair.run(pair.stream().read_some(piece)).error().code() == ErrorCode::timed_out);
    const http::StreamLimits late{1h, Deadline::after(30ms)};
    pair.stream().set_limits(late);
    CHECK(pair.run(pair.stream().read_some(piece)).error().code() == ErrorCode::timed_out);
    CHECK(pair.run(pair.stream().read_some(piece)).error().code() == ErrorCode::timed_out);
    pair.stream().set_limits(idle(5s));
    pair.peer().send(http::asio::buffer("x", 1));
    CHECK(pair.run(pair.stream().read_some(piece)).value() == 1);
}

TEST_CASE("a write that nobody reads is timed out") {
    StreamPair pair("", StreamPair::Peer::open);
    pair.stream().set_limits(idle(100ms));
    const std::string much(64 * 1024 * 1024, 'x');
    const std::array<http::asio::const_buffer, 1> parts{http::asio::buffer(much)};
    CHECK(pair.run(pair.stream().write(parts)).error().code() == ErrorCode::timed_out);
}

TEST_CASE("waiting for something to read is timed out and interrupted like a read") {
    StreamPair pair("", StreamPair::Peer::open);
    pair.stream().set_limits(idle(30ms));
    CHECK(pair.run(pair.stream().wait_readable()).error().code() == ErrorCode::timed_out);
    pair.stream().set_limits(idle(10s));
    http::asio::steady_timer soon(pair.loop().io, 30ms);
    soon.async_wait([&](boost::system::error_code) { pair.stream().cancel(); });
    CHECK(pair.run(pair.stream().wait_readable()).error().code() == ErrorCode::unavailable);
}

TEST_CASE("where a least rate is asked for, bytes that come more slowly use the idle time up") {
    StreamPair pair("", StreamPair::Peer::open);
    std::atomic<bool> enough = false;
    std::thread peer([&] {
        boost::system::error_code error;
        while (!enough && !error) {
            pair.peer().send(http::asio::buffer("x", 1), 0, error);
            std::this_thread::sleep_for(20ms);
        }
    });
    const auto read_for = [&](std::size_t rate) {
        const http::StreamLimits limits{300ms, Deadline::never(), rate};
        pair.stream().set_limits(limits);
        std::array<std::uint8_t, 10> piece{};
        const auto until = std::chrono::steady_clock::now() + 1500ms;
        while (std::chrono::steady_clock::now() < until) {
            const auto count = pair.run(pair.stream().read_some(piece));
            if (!count) return count.error().code();
        }
        return ErrorCode::internal;  // did not end
    };
    CHECK(read_for(1000) == ErrorCode::timed_out);
    CHECK(read_for(0) == ErrorCode::internal);
    CHECK(read_for(5) == ErrorCode::internal);
    enough = true;
    peer.join();
}

TEST_CASE("where a least rate is asked for, a peer that takes bytes more slowly uses the idle time up") {
    const auto write_with = [](std::size_t rate) {
        StreamPair pair("", StreamPair::Peer::open);
        std::thread peer([&] {
            std::vector<char> piece(100'000);
            boost::system::error_code error;
            while (!error) {
                pair.peer().read_some(http::asio::buffer(piece), error);
                std::this_thread::sleep_for(5ms);
            }
        });
        const std::string much(12 * 1024 * 1024, 'x');
        const std::array<http::asio::const_buffer, 1> parts{http::asio::buffer(much)};
        const http::StreamLimits limits{300ms, Deadline::never(), rate};
        pair.stream().set_limits(limits);
        const auto written = pair.run(pair.stream().write(parts));
        pair.stream().abort();
        peer.join();
        return written ? ErrorCode::internal : written.error().code();
    };
    CHECK(write_with(1'000'000'000) == ErrorCode::timed_out);
    CHECK(write_with(1000) == ErrorCode::internal);
}

TEST_CASE("a peer that takes bytes steadily is there, however long the kernel calls the socket full") {
    StreamPair pair("", StreamPair::Peer::open);
    const auto rate = GENERATE(std::size_t{0}, std::size_t{1000});
    std::thread peer([&] {
        std::vector<char> piece(40'000);
        boost::system::error_code error;
        for (auto count = std::size_t{1}; !error && count > 0;) {
            count = pair.peer().read_some(http::asio::buffer(piece), error);
            std::this_thread::sleep_for(10ms);
        }
    });
    const std::string much(12 * 1024 * 1024, 'x');
    const std::array<http::asio::const_buffer, 1> parts{http::asio::buffer(much)};
    const http::StreamLimits limits{150ms, Deadline::never(), rate};
    pair.stream().set_limits(limits);
    CHECK(pair.run(pair.stream().write(parts)).has_value());
    pair.stream().abort();
    peer.join();
}
