#include "http/stream.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <csignal>

#include "http/tls_session.h"
#include "test/support/catch.h"
#include "test/unit/http/certificates.h"
#include "test/unit/http/stream_pair.h"
#include "test/unit/http/tls_peer.h"

using base::Deadline;
using base::ErrorCode;

namespace {

http::Async<void> read_to_end(http::Stream& stream) {
    std::vector<std::uint8_t> piece(256 * 1024);
    while (true) {
        CO_TRY(const auto count, co_await stream.read_some(piece));
        if (count == 0) co_return base::Result<void>();
    }
}

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

TEST_CASE("without waiting: nothing yet, bytes, the end; and as much as the kernel takes") {
    StreamPair pair("", StreamPair::Peer::open);
    std::array<std::uint8_t, 10> piece{};
    CHECK(pair.stream().try_read(piece).value() == std::nullopt);
    pair.peer().send(http::asio::buffer("abc", 3));
    CHECK(pair.run(pair.stream().wait_readable()).has_value());
    CHECK(pair.stream().try_read(piece).value() == 3U);
    pair.peer().shutdown(StreamPair::Socket::shutdown_send);
    CHECK(pair.run(pair.stream().wait_readable()).has_value());
    CHECK(pair.stream().try_read(piece).value() == 0U);
    CHECK(pair.run(pair.stream().wait_readable()).has_value());
    CHECK(pair.stream().try_read(piece).value() == 0U);

    const std::string much(64 * 1024 * 1024, 'x');
    const std::array<http::asio::const_buffer, 2> parts{http::asio::buffer("head", 4), http::asio::buffer(much)};
    const auto taken = pair.stream().try_write(parts).value();
    CHECK(taken > 4);
    CHECK(taken < much.size());
    CHECK(pair.stream().try_write(parts).value() == 0);
    const std::array<http::asio::const_buffer, 9> too_many{};
    CHECK(pair.stream().try_write(too_many).error().code() == ErrorCode::internal);
}

TEST_CASE("a peer that always has something to give does not outlive the deadline, and others have their turn meanwhile") {
    StreamPair pair("", StreamPair::Peer::open);
    std::thread peer([&] {
        const std::string piece(256 * 1024, 'x');
        boost::system::error_code error;
        while (!error) pair.peer().write_some(http::asio::buffer(piece), error);
    });
    const http::StreamLimits limits{1h, Deadline::after(200ms)};
    pair.stream().set_limits(limits);
    int turns = 0;
    std::function<void()> other = [&] {
        if (++turns < 3) http::asio::post(pair.loop().io, other);
    };
    http::asio::post(pair.loop().io, other);
    const auto outcome = pair.run(read_to_end(pair.stream()));
    pair.stream().abort();
    peer.join();
    CHECK(outcome.error().code() == ErrorCode::timed_out);
    CHECK(turns == 3);
}

TEST_CASE("writing to a connection that is gone is an error, not a signal") {
    struct sigaction before{};
    struct sigaction fatal{};
    fatal.sa_handler = SIG_DFL;
    ::sigaction(SIGPIPE, &fatal, &before);
    StreamPair pair("", StreamPair::Peer::open);
    pair.peer().set_option(http::asio::socket_base::linger(true, 0));
    pair.peer().close();
    const std::array<http::asio::const_buffer, 1> parts{http::asio::buffer("x", 1)};
    static_cast<void>(pair.run(pair.stream().write(parts)));
    CHECK(pair.run(pair.stream().write(parts)).error().code() == ErrorCode::unavailable);
    ::sigaction(SIGPIPE, &before, nullptr);
}

namespace {

constexpr std::size_t kTlsVolume = 8 * 1024 * 1024;

// Reads the pattern and writes it at the same time, asking for new keys again and again.
void swap_patterns(RawUpstream::Socket& socket, SSL_CTX* context, std::atomic<std::size_t>& received) {
    TlsPeer peer(socket, context);
    if (!peer.handshake()) return;
    const std::string piece(16 * 1024, 'p');
    std::array<char, 16 * 1024> into;
    for (std::size_t sent = 0; sent < kTlsVolume; sent += piece.size()) {
        if (sent % (64 * piece.size()) == 0) peer.ask_for_new_keys();
        peer.send_records({piece});
        received += peer.read(into);
    }
    for (auto count = peer.read(into); count > 0 && received < kTlsVolume; count = peer.read(into)) received += count;
}

http::asio::awaitable<void> write_pattern(http::Stream& stream, base::Result<void>& outcome) {
    const std::string piece(100'000, 'q');
    for (std::size_t sent = 0; outcome && sent < kTlsVolume; sent += piece.size()) {
        const std::array<http::asio::const_buffer, 2> parts{
            http::asio::buffer(piece.data(), 3), http::asio::buffer(piece.data() + 3, std::min(piece.size(), kTlsVolume - sent) - 3)};
        outcome = co_await stream.write(parts);
    }
}

http::Async<std::size_t> read_pattern(http::Stream& stream) {
    std::vector<std::uint8_t> piece(100'000);
    std::size_t total = 0;
    while (total < kTlsVolume) {
        CO_TRY(const auto count, co_await stream.read_some(piece));
        if (count == 0) break;
        for (std::size_t i = 0; i < count; ++i) {
            if (piece[i] != 'p') co_return base::fail(ErrorCode::internal, "not the pattern");
        }
        total += count;
    }
    co_return total;
}

}  // namespace

TEST_CASE("over TLS, one reads and one writes at the same time, and new keys in between are no matter") {
    const TestFolder folder;
    const auto authority = TestCertificate::authority("ca");
    authority.write(folder.path() / "ca");
    authority.issue("DNS:localhost").write(folder.path() / "tls");
    const auto server_tls = http::ServerTls::create({folder.path() / "tls.crt", folder.path() / "tls.key"}).value();
    std::atomic<std::size_t> received = 0;
    RawUpstream upstream([&](RawUpstream::Socket& socket) { swap_patterns(socket, server_tls->context().get(), received); });
    Loop loop;
    http::Stream::Socket socket(loop.io);
    socket.connect(http::asio::ip::tcp::endpoint(http::asio::ip::address_v4::loopback(), upstream.port()));
    http::Stream stream(std::move(socket), http::ClientTls::create(folder.path() / "ca.crt").value()->context());
    stream.set_limits(idle(10s));
    REQUIRE(loop.run(stream.connect_tls("localhost")).has_value());
    CHECK(stream.tls());
    base::Result<void> written;
    bool writing = true;
    http::asio::co_spawn(loop.io, write_pattern(stream, written), [&](std::exception_ptr) { writing = false; });
    const auto read = loop.run(read_pattern(stream));
    CAPTURE(read ? "" : read.error().message());
    CHECK(read.value_or(0) == kTlsVolume);
    loop.io.restart();
    for (int i = 0; i < 1000 && writing; ++i) loop.io.run_for(10ms);
    CHECK_FALSE(writing);
    CHECK(written.has_value());
    for (int i = 0; i < 100 && received < kTlsVolume; ++i) std::this_thread::sleep_for(50ms);
    CHECK(received == kTlsVolume);
    CHECK(loop.run(lingered(stream, 1000, 1s)));
}

TEST_CASE("what a TLS client sent with its handshake or in pieces of a record is found by waiting") {
    const TestFolder folder;
    const auto authority = TestCertificate::authority("ca");
    authority.write(folder.path() / "ca");
    authority.issue("DNS:localhost").write(folder.path() / "tls");
    const auto server_tls = http::ServerTls::create({folder.path() / "tls.crt", folder.path() / "tls.key"}).value();
    const auto client_tls = http::ClientTls::create(folder.path() / "ca.crt").value();
    Loop loop;
    const http::asio::ip::tcp::endpoint any(http::asio::ip::address_v4::loopback(), 0);
    http::asio::ip::tcp::acceptor acceptor(loop.io, any);
    std::thread peer([&, port = acceptor.local_endpoint()] {
        http::asio::io_context io;
        http::Stream::Socket socket(io);
        socket.connect(port);
        http::TlsSession session(client_tls->context().get(), socket);
        while (session.connect() != http::TlsSession::Step::done) std::this_thread::sleep_for(1ms);
        const std::array<http::asio::const_buffer, 1> parts{http::asio::buffer("early", 5)};
        std::size_t count = 0;
        static_cast<void>(session.write(parts, count));
        std::this_thread::sleep_for(100ms);
        static_cast<void>(session.close());
    });
    http::Stream stream(acceptor.accept(), server_tls->context());
    stream.set_limits(idle(5s));
    CHECK(loop.run(stream.accept_tls()).has_value());
    std::array<std::uint8_t, 3> piece{};
    std::string all;
    while (true) {
        REQUIRE(loop.run(stream.wait_readable()).has_value());
        const auto count = stream.try_read(piece).value();
        if (count == 0U) break;
        all += base::as_text(std::span(piece).first(count.value_or(0)));
    }
    CHECK(all == "early");
    peer.join();
}
