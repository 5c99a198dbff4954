#include "http/stream.h"

#include <array>

#include "test/support/catch.h"
#include "test/unit/http/certificates.h"
#include "test/unit/http/stream_pair.h"

using base::Deadline;
using base::ErrorCode;

namespace {

http::StreamLimits idle(std::chrono::milliseconds time) { return http::StreamLimits{time}; }

http::asio::awaitable<bool> lingered(http::Stream& stream, std::size_t limit, std::chrono::milliseconds time) {
    co_await stream.linger(limit, time);
    co_return true;
}

}  // namespace

TEST_CASE("bytes are read as they come, and the end is 0") {
    StreamPair pair("abc");
    std::array<std::uint8_t, 10> piece{};
    CHECK(pair.run(pair.stream().read_some(piece)).value() == 3);
    CHECK(pair.run(pair.stream().read_some(piece)).value() == 0);
    CHECK_FALSE(pair.stream().tls());
    CHECK(pair.stream().peer().starts_with("127.0.0.1:"));
}

TEST_CASE("all parts are written in order") {
    StreamPair pair;
    const std::array<http::asio::const_buffer, 4> parts{http::asio::buffer("ab", 2), http::asio::const_buffer(), http::asio::buffer("c", 1),
                                                        http::asio::buffer("de", 2)};
    CHECK(pair.run(pair.stream().write(parts)).has_value());
    CHECK(pair.written() == "abcde");
}

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

TEST_CASE("an idle connection is open, a closed or written one is not") {
    StreamPair open("", StreamPair::Peer::open);
    CHECK(open.stream().idle_and_open());
    StreamPair closed("");
    std::this_thread::sleep_for(20ms);
    CHECK_FALSE(closed.stream().idle_and_open());
    StreamPair written("x", StreamPair::Peer::open);
    std::this_thread::sleep_for(20ms);
    CHECK_FALSE(written.stream().idle_and_open());
}

TEST_CASE("lingering ends at the peer's end, at the limit and at its time") {
    StreamPair closed("abc");
    CHECK(closed.run(lingered(closed.stream(), 1000, 5s)));
    StreamPair talkative(std::string(10'000'000, 'x'), StreamPair::Peer::open);
    CHECK(talkative.run(lingered(talkative.stream(), 64 * 1024, 5s)));
    StreamPair silent("", StreamPair::Peer::open);
    const auto start = std::chrono::steady_clock::now();
    CHECK(silent.run(lingered(silent.stream(), 1000, 50ms)));
    CHECK(std::chrono::steady_clock::now() - start < 3s);
}

TEST_CASE("an aborted stream is a reset to its peer") {
    StreamPair pair("", StreamPair::Peer::open);
    pair.stream().abort();
    std::array<char, 1> byte;
    boost::system::error_code error;
    pair.peer().read_some(http::asio::buffer(byte), error);
    CHECK(error == http::asio::error::connection_reset);
}

TEST_CASE("a TLS handshake with a peer that does not speak it fails, and with one that is silent times out") {
    const TestFolder folder;
    TestCertificate::authority("ca").write(folder.path() / "ca");
    const auto tls = http::ClientTls::create(folder.path() / "ca.crt").value();
    RawUpstream upstream([](RawUpstream::Socket& socket) {
        write_to(socket, "HTTP/1.1 400 Bad Request\r\n\r\n");
        static_cast<void>(read_head_from(socket));
    });
    Loop loop;
    http::Stream::Socket socket(loop.io);
    socket.connect(http::asio::ip::tcp::endpoint(http::asio::ip::address_v4::loopback(), upstream.port()));
    http::Stream stream(std::move(socket), tls->context());
    stream.set_limits(idle(5s));
    CHECK(loop.run(stream.connect_tls("localhost")).error().code() == ErrorCode::unavailable);
    CHECK(loop.run(stream.connect_tls("")).error().code() == ErrorCode::internal);
}
