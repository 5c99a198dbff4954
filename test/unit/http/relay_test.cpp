#include "http/relay.h"

#include "test/support/anonymous_memory.h"
#include "test/support/catch.h"
#include "test/unit/http/relay_gate.h"
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
    RelayGate gate("http://127.0.0.1:" + std::to_string(upstream.port()));
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
    RelayGate gate(upstream.url());
    RawClient client(gate.server.port());
    client.send("GET /v2/ HTTP/1.1\r\nHost: gate\r\n\r\n");
    const auto received = client.read_all();
    CHECK_FALSE(client.reset());
    CHECK(received.find("abc") != std::string::npos);
    if (!end.empty()) CHECK_FALSE(received.ends_with(end));
}

TEST_CASE("an upload is relayed and its end seen") {
    TestServer upstream(echo);
    RelayGate gate("http://127.0.0.1:" + std::to_string(upstream.port()));
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
        RelayGate gate(upstream.url());
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
