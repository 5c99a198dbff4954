#include "http/client.h"

#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include "test/support/catch.h"
#include "test/unit/http/certificates.h"
#include "test/unit/http/fetcher.h"

using base::Deadline;
using base::ErrorCode;

namespace {

std::string url_of(const TestServer& server, const std::string& scheme = "http", const std::string& host = "127.0.0.1") {
    return scheme + "://" + host + ":" + std::to_string(server.port());
}

// Answers the first request of every connection with these bytes, then closes.
RawUpstream answering(std::string bytes) {
    return RawUpstream([bytes = std::move(bytes)](RawUpstream::Socket& socket) {
        static_cast<void>(read_head_from(socket));
        write_to(socket, bytes);
    });
}

}  // namespace

TEST_CASE("requests go out with host and framing and come back with body and headers") {
    TestServer server(echo);
    Fetcher fetcher(url_of(server));
    CHECK(fetcher.get("/v2/a?b=c")->body == "GET /v2/a?b=c|");
    http::BytesBody with_length(base::to_bytes("abc"));
    CHECK(fetcher.send(request("PUT"), &with_length)->body == "PUT /v2/|abc");
    PatternBody chunked(300'000, std::nullopt);
    CHECK(fetcher.send(request("PATCH"), &chunked)->body.size() == 300'000 + 11);
    CHECK(fetcher.send(request("POST"))->body == "POST /v2/|");
    CHECK(fetcher.send(request("HEAD"))->headers.get("content-length") == "10");
    CHECK(server.connections() == 1);
    CHECK(fetcher.client.idle_connections() == 1);
}

TEST_CASE("redirects, errors and reasons are handed to the caller") {
    auto upstream = answering("HTTP/1.1 307 Go There\r\nLocation: https://cdn.example/x\r\nContent-Length: 0\r\n\r\n");
    Fetcher fetcher(upstream.url());
    const auto answer = fetcher.get();
    REQUIRE(answer.has_value());
    CHECK(answer->status == 307);
    CHECK(answer->reason == "Go There");
    CHECK(answer->headers.get("location") == "https://cdn.example/x");
}

TEST_CASE("interim answers are skipped, but not for ever") {
    const std::string interim = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";
    std::string eight;
    for (int i = 0; i < 8; ++i) eight += interim;
    auto some = answering("HTTP/1.1 100 Continue\r\n\r\n" + interim + kOk);
    CHECK(Fetcher(some.url()).get()->body == "ok");
    auto most = answering(eight + kOk);
    CHECK(Fetcher(most.url()).get()->body == "ok");
    auto too_many = answering(eight + interim + kOk);
    CHECK(Fetcher(too_many.url()).get().error().code() == ErrorCode::unavailable);
    auto switching = answering("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" + kOk);
    CHECK(Fetcher(switching.url()).get().error().code() == ErrorCode::unavailable);
}

TEST_CASE("an answer that is malformed, cut or without a length is the upstream's failure") {
    const auto [name, bytes] = GENERATE(table<std::string, std::string>({
        {"nothing", ""},
        {"not HTTP", "SSH-2.0-OpenSSH_9.2\r\n"},
        {"cut head", "HTTP/1.1 200 OK\r\nContent-"},
        {"no length", "HTTP/1.1 200 OK\r\n\r\nbytes until the end"},
        {"short body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"},
        {"unfinished chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"},
        {"broken chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n"},
        {"gzip coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc"},
        {"both lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {"endless head", "HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'a')},
        {"control character", "HTTP/1.1 200 OK\r\nX: \x01\r\nContent-Length: 0\r\n\r\n"},
    }));
    CAPTURE(name);
    auto upstream = answering(bytes);
    CHECK(Fetcher(upstream.url()).get().error().code() == ErrorCode::unavailable);
}

TEST_CASE("a connection with anything left over is not used again") {
    const auto [name, bytes, reused] = GENERATE(table<std::string, std::string, bool>({
        {"clean answer", kOk, true},
        {"204", "HTTP/1.1 204 No Content\r\n\r\n", true},
        {"204 followed by a body", "HTTP/1.1 204 No Content\r\n\r\nbody", false},
        {"304 followed by a body", "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nbody", false},
        {"bytes behind the body", kOk + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", false},
        {"close announced", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", false},
        {"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", false},
    }));
    CAPTURE(name);
    RawUpstream upstream([answer = bytes](RawUpstream::Socket& socket) {
        while (!read_head_from(socket).empty()) write_to(socket, answer);
    });
    {
        Fetcher fetcher(upstream.url());
        for (int i = 0; i < 3; ++i) REQUIRE(fetcher.get().has_value());
        CHECK(fetcher.client.idle_connections() == (reused ? 1 : 0));
    }
    CHECK(upstream.accepted() == (reused ? 1 : 3));
}

TEST_CASE("bytes that arrive between two requests cost the connection, not the next answer") {
    RawUpstream upstream([](RawUpstream::Socket& socket) {
        static_cast<void>(read_head_from(socket));
        write_to(socket, kOk);
        std::this_thread::sleep_for(50ms);
        write_to(socket, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    });
    Fetcher fetcher(upstream.url());
    CHECK(fetcher.get()->body == "ok");
    std::this_thread::sleep_for(150ms);
    CHECK(fetcher.get()->body == "ok");
    CHECK(upstream.accepted() == 2);
}

TEST_CASE("a stale pooled connection is tried again once, unless a body was read that is gone") {
    // Every connection serves one request, announces keep-alive and closes at the next one.
    RawUpstream upstream([](RawUpstream::Socket& socket) {
        static_cast<void>(read_head_from(socket));
        write_to(socket, kOk);
        static_cast<void>(read_head_from(socket));
    });
    {
        Fetcher fetcher(upstream.url());
        CHECK(fetcher.get()->body == "ok");
        CHECK(fetcher.get()->body == "ok");
        CHECK(upstream.accepted() == 2);
        PatternBody gone(3, 3);
        const auto refused = fetcher.send(request("PUT"), &gone);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().code() == ErrorCode::unavailable);
    }
    CHECK(upstream.accepted() == 2);
}

TEST_CASE("a stale pooled connection costs a body in memory or an empty one nothing") {
    std::mutex mutex;
    std::vector<std::string> bodies;
    RawUpstream upstream([&](RawUpstream::Socket& socket) {
        const auto head = read_head_from(socket);
        std::string body(head.find("Content-Length: 3") == std::string::npos ? 0 : 3, ' ');
        boost::system::error_code error;
        http::asio::read(socket, http::asio::buffer(body), error);
        {
            const std::scoped_lock lock(mutex);
            bodies.push_back(body);
        }
        write_to(socket, kOk);
        static_cast<void>(read_head_from(socket));
    });
    Fetcher fetcher(upstream.url());
    CHECK(fetcher.get()->body == "ok");
    http::BytesBody in_memory(base::to_bytes("abc"));
    const auto put = fetcher.send(request("PUT"), &in_memory);
    REQUIRE(put.has_value());
    PatternBody empty(0, 0);
    const auto again = fetcher.send(request("PUT"), &empty);
    REQUIRE(again.has_value());
    CHECK(upstream.accepted() == 3);
    const std::scoped_lock lock(mutex);
    CHECK(bodies == std::vector<std::string>{"", "abc", ""});
}

TEST_CASE("a request that may have been done already is not sent a second time") {
    const auto [method, repeated] = GENERATE(
        table<std::string, bool>({{"GET", true}, {"HEAD", true}, {"PUT", true}, {"DELETE", true}, {"POST", false}, {"PATCH", false}}));
    CAPTURE(method);
    RawUpstream upstream([](RawUpstream::Socket& socket) {  // reads the second request of each connection and closes instead of answering
        static_cast<void>(read_head_from(socket));
        write_to(socket, "HTTP/1.1 204 No Content\r\n\r\n");
        static_cast<void>(read_head_from(socket));
    });
    {
        Fetcher fetcher(upstream.url());
        REQUIRE(fetcher.get().has_value());
        const auto answer = fetcher.send(request(method));
        CHECK(answer.has_value() == repeated);
        if (!repeated) CHECK(answer.error().code() == ErrorCode::unavailable);
    }
    CHECK(upstream.accepted() == (repeated ? 2 : 1));
}

TEST_CASE("a fresh connection that closes without an answer is not tried again") {
    RawUpstream upstream([](RawUpstream::Socket& socket) { static_cast<void>(read_head_from(socket)); });
    {
        Fetcher fetcher(upstream.url());
        CHECK(fetcher.get().error().code() == ErrorCode::unavailable);
    }
    CHECK(upstream.accepted() == 1);
}

TEST_CASE("an early refusal of an upload is seen before the body was sent") {
    const auto chunked = GENERATE(true, false);
    auto upstream = answering("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
    Fetcher fetcher(upstream.url());
    constexpr std::uint64_t kSize = 4'000'000'000;
    PatternBody body(kSize, chunked ? std::nullopt : std::optional<std::uint64_t>(kSize));
    const auto answer = fetcher.send(request("PATCH"), &body);
    REQUIRE(answer.has_value());
    CHECK(answer->status == 413);
    CHECK(answer->body == "big");
    CHECK(body.taken() < kSize);
    CHECK(fetcher.client.idle_connections() == 0);
}

TEST_CASE("an early refusal is seen while the client's own body stalls") {
    // A body that never comes: read waits on a timer.
    class StalledBody final : public http::BodySource {
    public:
        http::Async<std::size_t> read(std::span<std::uint8_t>) override {
            http::asio::steady_timer timer(co_await http::asio::this_coro::executor, 1h);
            co_await timer.async_wait(http::kAsTuple);
            co_return base::fail(ErrorCode::unavailable, "interrupted");
        }
        [[nodiscard]] std::optional<std::uint64_t> length() const override { return 10; }
    };
    auto refusing =
        RawUpstream([](RawUpstream::Socket& socket) { write_to(socket, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"); });
    Fetcher fetcher(refusing.url());
    StalledBody body;
    CHECK(fetcher.send(request("PUT"), &body)->status == 401);
}

TEST_CASE("a body that breaks fails the request with its own error") {
    RawUpstream upstream([](RawUpstream::Socket& socket) {
        static_cast<void>(read_head_from(socket));
        char byte = 0;
        while (::recv(socket.native_handle(), &byte, 1, 0) == 1) {
        }
    });
    Fetcher fetcher(upstream.url());
    BrokenBody body("abc", 10);
    const auto answer = fetcher.send(request("PUT"), &body);
    CHECK(answer.error().code() == ErrorCode::unavailable);
    CHECK(answer.error().message().find("body broke") != std::string::npos);
}

TEST_CASE("a head that cannot be sent is refused before anything is connected") {
    RawUpstream upstream([](RawUpstream::Socket&) {});
    {
        Fetcher fetcher(upstream.url());
        CHECK(fetcher.get("/v2/a b").error().code() == ErrorCode::invalid_input);
        auto head = request("GET");
        head.headers.add("X", "a\r\nInjected: 1");
        CHECK(fetcher.send(std::move(head)).error().code() == ErrorCode::invalid_input);
    }
    CHECK(upstream.accepted() == 0);
}

TEST_CASE("nobody listening is unavailable") {
    std::uint16_t port = 0;
    {
        RawUpstream gone([](RawUpstream::Socket&) {});
        port = gone.port();
    }
    CHECK(Fetcher("http://127.0.0.1:" + std::to_string(port)).get().error().code() == ErrorCode::unavailable);
}

TEST_CASE("an upstream's certificate is verified for the name that was asked for") {
    const TestFolder folder;
    const auto authority = TestCertificate::authority("ca");
    const auto other = TestCertificate::authority("other");
    authority.write(folder.path() / "ca");
    other.write(folder.path() / "other");
    const auto [name, alternative_names, host, ca, accepted] = GENERATE(table<std::string, std::string, std::string, std::string, bool>({
        {"name", "DNS:localhost", "localhost", "ca", true},
        {"address", "IP:127.0.0.1", "127.0.0.1", "ca", true},
        {"another name", "DNS:other.example", "localhost", "ca", false},
        {"address given as a name", "DNS:127.0.0.1", "127.0.0.1", "ca", false},
        {"another address", "IP:127.0.0.2", "127.0.0.1", "ca", false},
        {"no name at all", "", "localhost", "ca", false},
        {"another authority", "DNS:localhost", "localhost", "other", false},
    }));
    CAPTURE(name);
    authority.issue(alternative_names).write(folder.path() / "tls");
    auto server_tls = http::ServerTls::create({folder.path() / "tls.crt", folder.path() / "tls.key"}).value();
    TestServer server(echo, {}, server_tls);
    Fetcher fetcher(url_of(server, "https", host), http::ClientTls::create(folder.path() / (ca + ".crt")).value());
    const auto answer = fetcher.get();
    if (accepted) {
        CHECK(answer.value().body == "GET /v2/|");
        CHECK(fetcher.get("/again").value().body == "GET /again|");
        PatternBody body(300'000, std::nullopt);
        CHECK(fetcher.send(request("PUT"), &body).value().body.size() == 300'000 + 9);
        CHECK(server.connections() == 1);
    } else {
        CHECK(answer.error().code() == ErrorCode::unavailable);
        CHECK(server.seen().empty());
    }
}

TEST_CASE("the system's store does not know a private authority, and TLS needs settings") {
    const TestFolder folder;
    TestCertificate::authority("ca").issue("DNS:localhost").write(folder.path() / "tls");
    auto server_tls = http::ServerTls::create({folder.path() / "tls.crt", folder.path() / "tls.key"}).value();
    TestServer server(echo, {}, server_tls);
    CHECK(Fetcher(url_of(server, "https", "localhost"), http::ClientTls::create(std::nullopt).value()).get().error().code() ==
          ErrorCode::unavailable);
    CHECK(Fetcher(url_of(server, "https", "localhost"), nullptr).get().error().code() == ErrorCode::internal);
}

TEST_CASE("a large answer over TLS is read whole") {
    const TestFolder folder;
    const auto authority = TestCertificate::authority("ca");
    authority.write(folder.path() / "ca");
    authority.issue("DNS:localhost").write(folder.path() / "tls");
    auto server_tls = http::ServerTls::create({folder.path() / "tls.crt", folder.path() / "tls.key"}).value();
    auto handler = [](http::Exchange& exchange) -> http::Async<void> {
        PatternBody body(5'000'000, std::nullopt);
        CO_TRY_VOID(co_await exchange.respond_stream(http::ResponseHead(), body));
        co_return base::Result<void>();
    };
    TestServer server(handler, {}, server_tls);
    Fetcher fetcher(url_of(server, "https", "localhost"), http::ClientTls::create(folder.path() / "ca.crt").value());
    CHECK(fetcher.get()->body.size() == 5'000'000);
}
