#include "http/relay.h"

#include <boost/asio/use_future.hpp>

#include "http/client.h"
#include "test/support/anonymous_memory.h"
#include "test/support/catch.h"
#include "test/unit/http/stream_pair.h"

using http::RelayCoding;

namespace {

struct Sent {
    base::Result<void> outcome;
    http::RelayProgress progress;
    std::string bytes;
};

Sent send(http::BodySource& body, RelayCoding coding) {
    StreamPair pair;
    http::RelayProgress progress;
    auto outcome = pair.run(http::relay(pair.stream(), "HEAD|", body, coding, progress));
    return {std::move(outcome), progress, pair.written()};
}

constexpr std::uint64_t kMebibyte = 1024 * 1024;

}  // namespace

TEST_CASE("head and body are written in the coding asked for") {
    http::BytesBody with_length(base::to_bytes("abc"));
    const auto length = send(with_length, RelayCoding::length);
    CHECK(length.bytes == "HEAD|abc");
    CHECK(length.progress.complete);
    CHECK(length.progress.bytes == 3);
    http::BytesBody in_chunks(base::to_bytes("abcdefghijklmnopqrst"));
    CHECK(send(in_chunks, RelayCoding::chunked).bytes == "HEAD|14\r\nabcdefghijklmnopqrst\r\n0\r\n\r\n");
    http::BytesBody until_close(base::to_bytes("abc"));
    CHECK(send(until_close, RelayCoding::until_close).bytes == "HEAD|abc");
    http::BytesBody empty{base::Bytes()};
    CHECK(send(empty, RelayCoding::length).bytes == "HEAD|");
    http::BytesBody empty_chunks{base::Bytes()};
    CHECK(send(empty_chunks, RelayCoding::chunked).bytes == "HEAD|0\r\n\r\n");
}

TEST_CASE("a body that is empty by its declaration is not touched") {
    PatternBody empty(7, 0);
    const auto sent = send(empty, RelayCoding::length);
    CHECK(sent.progress.complete);
    CHECK(sent.bytes == "HEAD|");
    CHECK(empty.taken() == 0);
}

TEST_CASE("a body that breaks is never completed") {
    BrokenBody in_chunks("abc", std::nullopt);
    const auto chunked = send(in_chunks, RelayCoding::chunked);
    CHECK_FALSE(chunked.outcome.has_value());
    CHECK_FALSE(chunked.progress.complete);
    CHECK(chunked.progress.head_sent);
    CHECK(chunked.bytes == "HEAD|3\r\nabc\r\n");
}

TEST_CASE("a body that breaks before its first piece leaves nothing on the wire") {
    BrokenBody body("", 5);
    const auto sent = send(body, RelayCoding::length);
    CHECK_FALSE(sent.outcome.has_value());
    CHECK_FALSE(sent.progress.head_sent);
    CHECK(sent.bytes.empty());
}

TEST_CASE("a source that gives less or more than it declared is an error") {
    PatternBody less(5, 10);
    CHECK_FALSE(send(less, RelayCoding::length).progress.complete);
    PatternBody more(10, 5);
    const auto sent = send(more, RelayCoding::length);
    CHECK_FALSE(sent.progress.complete);
    CHECK(sent.bytes.size() <= 10);
}

TEST_CASE("framing follows the declared length") {
    PatternBody with(5, 5);
    CHECK(http::framing_of(with) == http::Framing(http::Framing::Kind::length, 5));
    PatternBody without(5, std::nullopt);
    CHECK(http::framing_of(without).kind == http::Framing::Kind::chunked);
}

TEST_CASE("a reader that stops reading stops the producer") {
    std::shared_ptr<PatternBody> body = std::make_shared<PatternBody>(1024 * kMebibyte, std::nullopt);
    auto handler = [body](http::Exchange& exchange) -> http::Async<void> { return exchange.respond_stream(http::ResponseHead(), *body); };
    TestServer server(handler);
    RawClient client(server.port());
    client.send("GET /v2/ HTTP/1.1\r\nHost: gate\r\n\r\n");
    static_cast<void>(client.read_some());
    std::uint64_t before = 0;
    // Until nothing moves for a fifth of a second: the kernel's buffers are full.
    do {
        before = body->taken();
        std::this_thread::sleep_for(200ms);
    } while (body->taken() != before);
    CHECK(before < 64 * kMebibyte);
    CHECK(before > 0);
}

namespace {

// gate: a handler that fetches from `upstream` through a Client and streams the answer on.
class Gate {
public:
    explicit Gate(const std::string& upstream_url)
        : server([this](http::Exchange& exchange) { return pass(exchange); }),
          client_(std::make_unique<http::Client>(server.io, server.workers, http::Origin::parse(upstream_url).value(), nullptr)) {}
    ~Gate() {
        static_cast<void>(server.stop(0ms));
        auto dropped = http::asio::post(server.io, http::asio::use_future([this] { client_.reset(); }));
        dropped.get();
    }
    TestServer server;

private:
    http::Async<void> pass(http::Exchange& exchange) {
        http::RequestHead head;
        head.method = exchange.head().method;
        head.target = exchange.head().target;
        http::BodySource* const body = exchange.body().length() == 0U ? nullptr : &exchange.body();
        CO_TRY(auto answer, co_await client_->send(std::move(head), body, base::Deadline::never()));
        http::ResponseHead out = answer.head();
        CO_TRY_VOID(co_await exchange.respond_stream(std::move(out), answer.body()));
        co_return base::Result<void>();
    }
    std::unique_ptr<http::Client> client_;
};

std::uint64_t download(std::uint16_t port, std::uint64_t size) {
    RawClient client(port);
    client.send("GET /" + std::to_string(size) + " HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n\r\n");
    static_cast<void>(client.read_until("\r\n\r\n"));
    std::uint64_t total = 0;
    for (auto piece = client.read_some(); !piece.empty(); piece = client.read_some()) total += piece.size();
    return total;
}

}  // namespace

TEST_CASE("relaying a large body through client and server does not grow memory") {
    auto produce = [](http::Exchange& exchange) -> http::Async<void> {
        const auto size = std::stoull(exchange.head().target.substr(1));
        PatternBody body(size, size);
        CO_TRY_VOID(co_await exchange.respond_stream(http::ResponseHead(), body));
        co_return base::Result<void>();
    };
    TestServer upstream(produce);
    Gate gate("http://127.0.0.1:" + std::to_string(upstream.port()));
    const std::uint64_t warm_up = 8 * kMebibyte;
    const std::uint64_t size = (kSanitized ? 32 : 256) * kMebibyte;
    REQUIRE(download(gate.server.port(), warm_up) == warm_up);
    const auto before = anonymous_memory();
    REQUIRE(download(gate.server.port(), size) == size);
    const auto after = anonymous_memory();
    CAPTURE(before, after);
    // Sanitizers keep freed memory in quarantine.
    if (!kSanitized) CHECK(after < before + kMebibyte);
}

namespace {

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
    Gate gate(large.upstream.url());
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
    Gate gate(large.upstream.url());
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
    Gate gate(large.upstream.url());
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
    Gate gate(large.upstream.url());
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
    Gate gate("http://127.0.0.1:" + std::to_string(upstream.port()));
    const auto content = numbered(3 * kMebibyte);
    const auto answer = roundtrip(gate.server.port(), "PUT /u HTTP/1.1\r\nHost: gate\r\nConnection: close\r\nContent-Length: " +
                                                          std::to_string(content.size()) + "\r\n\r\n" + content);
    CHECK((answer.ends_with("PUT /u|" + content)));
}

TEST_CASE("a short upstream body breaks the client's connection and is never completed") {
    const auto [name, answer, end] = GENERATE(table<std::string, std::string, std::string>({
        {"length", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", ""},
        {"chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "0\r\n\r\n"},
        {"broken chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nXX\r\n", "0\r\n\r\n"},
    }));
    CAPTURE(name);
    RawUpstream upstream([text = answer](RawUpstream::Socket& socket) {
        static_cast<void>(read_head_from(socket));
        write_to(socket, text);
    });
    Gate gate(upstream.url());
    RawClient client(gate.server.port());
    client.send("GET /v2/ HTTP/1.1\r\nHost: gate\r\n\r\n");
    const auto received = client.read_all();
    CHECK_FALSE(client.reset());
    CHECK(received.find("abc") != std::string::npos);
    if (!end.empty()) CHECK_FALSE(received.ends_with(end));
}

TEST_CASE("an upload is relayed and its end seen") {
    TestServer upstream(echo);
    Gate gate("http://127.0.0.1:" + std::to_string(upstream.port()));
    const auto answer =
        roundtrip(gate.server.port(),
                  "PATCH /u HTTP/1.1\r\nHost: gate\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    CHECK(answer.ends_with("PATCH /u|abc"));
}

TEST_CASE("a client that breaks its upload off is never completed towards the upstream") {
    std::mutex mutex;
    std::string received;
    RawUpstream upstream([&](RawUpstream::Socket& socket) {
        std::array<char, 1000> piece;
        boost::system::error_code error;
        while (!error) {
            const auto count = socket.read_some(http::asio::buffer(piece), error);
            const std::scoped_lock lock(mutex);
            received.append(piece.data(), count);
        }
    });
    {
        Gate gate(upstream.url());
        {
            RawClient client(gate.server.port());
            client.send("PATCH /u HTTP/1.1\r\nHost: gate\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
            std::this_thread::sleep_for(100ms);
        }
        std::this_thread::sleep_for(200ms);
    }
    const std::scoped_lock lock(mutex);
    CHECK(received.find("abc") != std::string::npos);
    CHECK(received.find("0\r\n\r\n") == std::string::npos);
}
