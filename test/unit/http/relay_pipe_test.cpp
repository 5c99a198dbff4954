// Large bodies that pass from socket to socket through a pipe.
#include "http/pipe.h"
#include "http/relay.h"
#include "test/support/catch.h"
#include "test/unit/http/relay_gate.h"
#include "test/unit/http/stream_pair.h"

namespace {

constexpr std::uint64_t kMebibyte = 1024 * 1024;

// The body's bytes, so that a byte too much, too few or in the wrong place shows.
std::string numbered(std::size_t size) {
    std::string text;
    for (std::size_t i = 0; text.size() < size; ++i) text += std::to_string(i) + ",";
    text.resize(size);
    return text;
}

// Answers a GET with a head and then the script.
struct LargeUpstream {
    RawUpstream upstream;
    LargeUpstream(std::uint64_t declared, std::function<void(RawUpstream::Socket&)> send)
        : upstream([declared, send](RawUpstream::Socket& socket) {
              while (!read_head_from(socket).empty()) {
                  write_to(socket, "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(declared) + "\r\n\r\n");
                  send(socket);
              }
          }) {}
};

}  // namespace

TEST_CASE("a large body passes as it is, and both connections are used again") {
    const auto content = numbered(5 * kMebibyte + 7);
    LargeUpstream large(content.size(), [&](RawUpstream::Socket& socket) {
        write_to(socket, std::string_view(content).substr(0, 100'000));
        std::this_thread::sleep_for(50ms);
        write_to(socket, std::string_view(content).substr(100'000));
    });
    RelayGate gate(large.upstream.url());
    RawClient client(gate.server.port());
    for (int i = 0; i < 3; ++i) {
        client.send("GET /v2/ HTTP/1.1\r\nHost: gate\r\n\r\n");
        static_cast<void>(client.read_until("\r\n\r\n"));
        std::string received;
        while (received.size() < content.size()) {
            const auto piece = client.read_some();
            REQUIRE_FALSE(piece.empty());
            received += piece;
        }
        CHECK((received == content));
    }
    CHECK(large.upstream.accepted() == 1);
}

TEST_CASE("what an upstream sends behind a large body reaches nobody") {
    const auto content = numbered(kMebibyte);
    LargeUpstream large(content.size(), [&](RawUpstream::Socket& socket) { write_to(socket, content + "HTTP/1.1 200 OK\r\n"); });
    RelayGate gate(large.upstream.url());
    RawClient client(gate.server.port());
    for (int i = 0; i < 2; ++i) {
        client.send("GET /v2/ HTTP/1.1\r\nHost: gate\r\n\r\n");
        static_cast<void>(client.read_until("\r\n\r\n"));
        std::string received;
        while (received.size() < content.size()) {
            const auto piece = client.read_some();
            REQUIRE_FALSE(piece.empty());
            received += piece;
        }
        CHECK((received == content));
        std::this_thread::sleep_for(50ms);
    }
    CHECK(large.upstream.accepted() == 2);
}

TEST_CASE("a large body that ends early ends the client's connection early, with all that came") {
    const auto content = numbered(kMebibyte);
    LargeUpstream large(content.size() + 1, [&](RawUpstream::Socket& socket) {
        write_to(socket, content);
        socket.shutdown(RawUpstream::Socket::shutdown_send);
    });
    RelayGate gate(large.upstream.url());
    RawClient client(gate.server.port());
    client.send("GET /v2/ HTTP/1.1\r\nHost: gate\r\n\r\n");
    const auto received = client.read_all();
    CHECK_FALSE(client.timed_out());
    CHECK((received.ends_with("\r\n\r\n" + content)));
}

TEST_CASE("a reader that stops reading stops the upstream of a large body") {
    std::atomic<std::uint64_t> sent = 0;
    LargeUpstream large(1024 * kMebibyte, [&](RawUpstream::Socket& socket) {
        const std::string piece(kMebibyte / 4, 'x');
        boost::system::error_code error;
        while (!error) sent += socket.write_some(http::asio::buffer(piece), error);
    });
    RelayGate gate(large.upstream.url());
    std::uint64_t before = 0;
    {
        RawClient client(gate.server.port());
        client.send("GET /v2/ HTTP/1.1\r\nHost: gate\r\n\r\n");
        static_cast<void>(client.read_some());
        do {
            before = sent;
            std::this_thread::sleep_for(200ms);
        } while (sent != before);
    }
    CHECK(before < 64 * kMebibyte);
    CHECK(before > 0);
}

TEST_CASE("a large upload passes as it is") {
    auto handler = [](http::Exchange& exchange) -> http::Async<void> {
        CO_TRY(const auto body, co_await http::read_all(exchange.body(), 4 * kMebibyte));
        const auto content = base::to_bytes("PUT /u|" + std::string(base::as_text(body)));
        CO_TRY_VOID(co_await exchange.respond(http::ResponseHead(), content));
        co_return base::Result<void>();
    };
    TestServer upstream(handler);
    RelayGate gate("http://127.0.0.1:" + std::to_string(upstream.port()));
    const auto content = numbered(3 * kMebibyte);
    const auto answer = roundtrip(gate.server.port(), "PUT /u HTTP/1.1\r\nHost: gate\r\nConnection: close\r\nContent-Length: " +
                                                          std::to_string(content.size()) + "\r\n\r\n" + content);
    CHECK((answer.ends_with("PUT /u|" + content)));
}

TEST_CASE("a large upload that stops coming is the client's fault: 408, as for a small one") {
    RawUpstream upstream([](RawUpstream::Socket& socket) {
        std::array<char, 100'000> piece;
        boost::system::error_code error;
        while (!error) static_cast<void>(socket.read_some(http::asio::buffer(piece), error));
    });
    http::ServerOptions options;
    options.body_timeout = 300ms;
    RelayGate gate(upstream.url(), options);
    const auto size = GENERATE(std::size_t{100}, std::size_t{2 * kMebibyte});
    RawClient client(gate.server.port());
    client.send("PUT /u HTTP/1.1\r\nHost: gate\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" + numbered(size / 2));
    const auto answer = client.read_until("\r\n\r\n");
    CAPTURE(size, answer);
    CHECK(answer.starts_with("HTTP/1.1 408 "));
}

namespace {

// A body whose first bytes are here and whose others wait in a stream.
class Begun final : public http::BodySource {
public:
    Begun(http::Stream& stream, std::uint64_t rest) : stream_(stream), rest_(rest) {}
    http::Async<std::size_t> read(std::span<std::uint8_t> into) override {
        into[0] = 'x';
        co_return std::size_t{1};
    }
    [[nodiscard]] std::optional<std::uint64_t> length() const override { return rest_ + 1; }
    [[nodiscard]] std::optional<Unread> unread() override { return Unread{&stream_, rest_}; }
    [[nodiscard]] base::Error failed(base::Error error) override { return std::move(error).with_context("the body"); }

private:
    http::Stream& stream_;
    std::uint64_t rest_;
};

}  // namespace

TEST_CASE("peers that are always ready do not outlive the deadline of either") {
    constexpr std::size_t kRest = 100'000;
    StreamPair from(std::string(kRest, 'y'));
    StreamPair to;
    REQUIRE(from.run(from.stream().wait_readable()).has_value());
    const auto relayed = [&] {
        Begun body(from.stream(), kRest);
        http::RelayProgress progress;
        return to.run(http::relay(to.stream(), "HEAD|", body, http::RelayCoding::length, progress));
    };
    const http::StreamLimits patient{10s};
    const http::StreamLimits over{10s, base::Deadline::after(0ms)};
    from.stream().set_limits(over);
    to.stream().set_limits(patient);
    const auto late = relayed();
    CHECK(late.error().code() == base::ErrorCode::timed_out);
    CHECK(late.error().message().starts_with("the body: "));
    from.stream().set_limits(patient);
    to.stream().set_limits(over);
    CHECK(relayed().error().code() == base::ErrorCode::timed_out);
}
