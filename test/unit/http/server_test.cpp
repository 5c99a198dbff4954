#include "http/server.h"

#include <boost/asio/steady_timer.hpp>

#include <filesystem>

#include "http/client.h"
#include "test/support/catch.h"
#include "test/unit/http/certificates.h"
#include "test/unit/http/head_cases.h"
#include "test/unit/http/raw_peers.h"

namespace {

const std::string kGet = "GET /v2/ HTTP/1.1\r\nHost: gate\r\n\r\n";
const std::string kGetClose = "GET /v2/ HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n\r\n";

std::size_t count_of(const std::string& text, std::string_view part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
    return count;
}

// Until it holds, or five seconds.
template <typename Condition>
bool eventually(const Condition& condition) {
    for (int i = 0; i < 500; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(10ms);
    }
    return false;
}

}  // namespace

TEST_CASE("every refused head is answered 400 and closed over a socket, and the handler sees nothing") {
    http::ServerOptions options;
    options.head_timeout = 500ms;  // for the two that are endless by nature
    TestServer server(echo, options);
    for (const auto& refused : refused_requests()) {
        CAPTURE(refused.name);
        RawClient client(server.port());
        client.send(refused.raw);
        client.send(kGet);  // must not be served behind it
        const auto answer = client.read_all();
        CHECK_FALSE(client.timed_out());
        CHECK(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"));
        CHECK(answer.find("\r\nConnection: close\r\n") != std::string::npos);
        CHECK(count_of(answer, "Content-Length: ") == 1);
        REQUIRE(server.seen().empty());
    }
    CHECK(server.reports().size() == refused_requests().size());
}

TEST_CASE("every accepted head reaches the handler over a socket, also one byte at a time") {
    TestServer server(echo);
    std::size_t seen = 0;
    for (const auto& accepted : accepted_requests()) {
        CAPTURE(accepted.name);
        RawClient whole(server.port());
        whole.send(accepted.raw);
        CHECK(whole.read_until("|").starts_with("HTTP/1.1 200 OK\r\n"));
        CHECK(server.seen().size() == ++seen);
        if (accepted.raw.size() > 1024) continue;
        RawClient slow(server.port());
        slow.send_slowly(accepted.raw);
        CHECK(slow.read_until("|").starts_with("HTTP/1.1 200 OK\r\n"));
        CHECK(server.seen().size() == ++seen);
    }
}

TEST_CASE("pipelined requests are answered in order, and a bad one ends the connection there") {
    TestServer server(echo);
    const std::string post = "POST /a HTTP/1.1\r\nHost: gate\r\nContent-Length: 3\r\n\r\nabc";
    const std::string chunked = "POST /b HTTP/1.1\r\nHost: gate\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n";
    const auto answer = roundtrip(server.port(), post + chunked + kGet + "BAD\r\n\r\n" + kGet);
    CHECK(answer.find("POST /a|abc") < answer.find("POST /b|de"));
    CHECK(answer.find("POST /b|de") < answer.find("GET /v2/|"));
    CHECK(answer.find("GET /v2/|") < answer.find("HTTP/1.1 400"));
    CHECK(server.seen() == std::vector<std::string>{"POST /a", "POST /b", "GET /v2/"});
}

TEST_CASE("a malformed chunked body is refused and what follows it is not served") {
    const std::string head = "POST /a HTTP/1.1\r\nHost: gate\r\nTransfer-Encoding: chunked\r\n\r\n";
    const auto [name, body] = GENERATE(table<std::string, std::string>({
        {"bare line feed", "3\nabc\n0\n\n"},
        {"chunk longer than its size", "3\r\nabcd\r\n0\r\n\r\n"},
        {"no digits", "\r\nabc\r\n0\r\n\r\n"},
        {"17 digits", "00000000000000003\r\nabc\r\n0\r\n\r\n"},
        {"0x", "0x3\r\nabc\r\n0\r\n\r\n"},
        {"negative", "-3\r\nabc\r\n0\r\n\r\n"},
        {"space before the extension", "3 ;a\r\nabc\r\n0\r\n\r\n"},
        {"100 kB of extension", "3;" + std::string(100'000, 'a') + "\r\nabc\r\n0\r\n\r\n"},
        {"malformed trailer", "0\r\nX\r\n\r\n"},
    }));
    CAPTURE(name);
    TestServer server(echo);
    const auto answer = roundtrip(server.port(), head + body + kGet);
    CHECK(count_of(answer, "HTTP/1.1 ") == 1);
    CHECK(answer.starts_with("HTTP/1.1 400 "));
    CHECK(server.seen().size() == 1);
}

TEST_CASE("trailers never become headers") {
    std::string with_trailers = "unset";
    auto handler = [&](http::Exchange& exchange) -> http::Async<void> {
        CO_TRY_VOID(co_await http::read_all(exchange.body(), 100));
        with_trailers = exchange.head().headers.get("authorization") ? "merged" : "dropped";
        CO_TRY_VOID(co_await exchange.respond(http::ResponseHead(), base::BytesView()));
        co_return base::Result<void>();
    };
    TestServer server(handler);
    RawClient client(server.port());
    client.send(
        "POST / HTTP/1.1\r\nHost: gate\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nAuthorization: Bearer x\r\nHost: evil\r\n\r\n" +
        kGetClose);
    CHECK(count_of(client.read_all(), "HTTP/1.1 200") == 2);
    CHECK(with_trailers == "dropped");
}

TEST_CASE("a slow head is answered 408 after its whole time, however many bytes arrive") {
    http::ServerOptions options;
    options.head_timeout = 300ms;
    TestServer server(echo, options);
    RawClient client(server.port());
    const auto start = std::chrono::steady_clock::now();
    client.send("GET /v2/ HTTP/1.1\r\n");
    for (int i = 0; i < 8; ++i) {
        std::this_thread::sleep_for(60ms);
        client.send("X: y\r\n");
    }
    CHECK(client.read_all().starts_with("HTTP/1.1 408 "));
    CHECK(std::chrono::steady_clock::now() - start < 3s);
    CHECK(server.seen().empty());
}

TEST_CASE("the first head has one time from the start of the connection, not another one from its first byte") {
    http::ServerOptions options;
    options.head_timeout = 2s;
    TestServer server(echo, options);
    const auto start = std::chrono::steady_clock::now();
    RawClient client(server.port());
    std::this_thread::sleep_for(1500ms);
    client.send("GET /v2/ HTTP/1.1\r\n");
    const auto answer = client.read_all();
    const auto took = std::chrono::steady_clock::now() - start;
    CHECK((answer.empty() || answer.starts_with("HTTP/1.1 408 ")));  // empty: a loaded machine sent its first byte too late
    CHECK(took >= 1900ms);
    CHECK(took < 3400ms);  // a second time from the first byte would end at 3.5 s
}

TEST_CASE("an endless head is cut at the limit") {
    TestServer server(echo);
    RawClient client(server.port());
    client.send("GET /v2/ HTTP/1.1\r\n");
    for (int i = 0; i < 4000; ++i) client.send("X-" + std::to_string(i) + ": y\r\n");
    CHECK(client.read_all().starts_with("HTTP/1.1 400 "));
    CHECK(server.seen().empty());
}

TEST_CASE("an idle connection and one that never speaks are closed silently") {
    http::ServerOptions options;
    options.head_timeout = 200ms;
    options.idle_timeout = 200ms;
    TestServer server(echo, options);
    RawClient silent(server.port());
    CHECK(silent.read_all().empty());
    CHECK_FALSE(silent.timed_out());
    RawClient idle(server.port());
    idle.send(kGet);
    CHECK(count_of(idle.read_all(), "HTTP/1.1 ") == 1);
    CHECK_FALSE(idle.timed_out());
}

TEST_CASE("a body that stops coming times out and the connection is closed") {
    http::ServerOptions options;
    options.body_timeout = 200ms;
    TestServer server(echo, options);
    RawClient client(server.port());
    client.send("POST / HTTP/1.1\r\nHost: gate\r\nContent-Length: 10\r\n\r\nabc");
    const auto answer = client.read_all();
    CAPTURE(answer, server.seen(), server.reports(), client.reset());
    CHECK(answer.starts_with("HTTP/1.1 408 "));
    CHECK_FALSE(client.timed_out());
}

TEST_CASE("a body that comes too slowly times out") {
    http::ServerOptions options;
    options.body_timeout = 300ms;
    const auto send_slowly = [&] {
        TestServer server(echo, options);
        RawClient client(server.port());
        client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 60\r\n\r\n");
        for (int i = 0; i < 60; ++i) {
            client.send("x");
            std::this_thread::sleep_for(10ms);
        }
        return client.read_some().starts_with("HTTP/1.1 200");
    };
    CHECK_FALSE(send_slowly());
    options.body_rate = 20;
    CHECK(send_slowly());
}

TEST_CASE("connections above the limit are closed at once") {
    http::ServerOptions options;
    options.connection_limit = 1;
    TestServer server(echo, options);
    RawClient first(server.port());
    first.send(kGet);
    CHECK_FALSE(first.read_until("|").empty());
    CHECK(roundtrip(server.port(), kGet).empty());
    first.send(kGet);
    CHECK_FALSE(first.read_until("|").empty());
    CHECK(server.connections() == 1);
}

TEST_CASE("a graceful stop closes idle connections, lets a running request finish and refuses new ones") {
    std::atomic<bool> go_on = false;
    std::atomic<bool> running = false;
    auto handler = [&](http::Exchange& exchange) -> http::Async<void> {
        http::asio::steady_timer timer(co_await http::asio::this_coro::executor);
        running = true;
        while (!go_on) {
            timer.expires_after(5ms);
            co_await timer.async_wait(http::kAsTuple);
        }
        CO_TRY_VOID(co_await exchange.respond(http::ResponseHead(), base::BytesView()));
        co_return base::Result<void>();
    };
    TestServer server(handler);
    RawClient idle(server.port());
    RawClient busy(server.port());
    busy.send(kGet);
    REQUIRE(eventually([&] { return running.load(); }));
    std::thread release([&] {
        CHECK(idle.read_all().empty());
        go_on = true;
    });
    CHECK(server.stop(5s));
    release.join();
    const auto answer = busy.read_all();
    CHECK(answer.starts_with("HTTP/1.1 200 "));
    CHECK(answer.find("Connection: close") != std::string::npos);
    CHECK(server.connections() == 0);
    CHECK_THROWS(RawClient(server.port()));
}

TEST_CASE("a stop breaks off what outlasts the drain, also a handler that waits for something else") {
    auto handler = [](http::Exchange&) -> http::Async<void> {
        http::asio::steady_timer timer(co_await http::asio::this_coro::executor, 1h);
        co_await timer.async_wait(http::kAsTuple);
        co_return base::fail(base::ErrorCode::unavailable, "interrupted");
    };
    TestServer server(handler);
    RawClient client(server.port());
    client.send(kGet);
    REQUIRE(eventually([&] { return server.seen().size() == 1; }));
    const auto start = std::chrono::steady_clock::now();
    CHECK(server.stop(100ms));
    CHECK(std::chrono::steady_clock::now() - start < 5s);
    CHECK(client.read_all().empty());
}

TEST_CASE("a stop breaks off an upload whose upstream answered early and reads no more") {
    std::atomic<bool> answered = false;
    std::atomic<bool> done = false;
    RawUpstream upstream([&](RawUpstream::Socket& socket) {
        static_cast<void>(read_head_from(socket));
        write_to(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        answered = true;
        while (!done) std::this_thread::sleep_for(10ms);
    });
    http::asio::thread_pool workers(1);
    auto handler = [&](http::Exchange&) -> http::Async<void> {
        const auto executor = co_await http::asio::this_coro::executor;
        auto& io = static_cast<http::asio::io_context&>(executor.context());
        http::Client client(io, workers, http::Origin::parse(upstream.url()).value(), nullptr);
        PatternBody body(1'000'000'000, 1'000'000'000);
        http::RequestHead head;
        head.method = "PUT";
        head.target = "/v2/";
        CO_TRY_VOID(co_await client.send(std::move(head), &body, base::Deadline::never()));
        co_return base::Result<void>();
    };
    {
        TestServer server(handler);
        RawClient client(server.port());
        client.send(kGet);
        CHECK(eventually([&] { return answered.load(); }));
        std::this_thread::sleep_for(300ms);  // the answer is read and the sockets' buffers are full
        const auto start = std::chrono::steady_clock::now();
        CHECK(server.stop(100ms));
        CHECK(std::chrono::steady_clock::now() - start < 2100ms);
        CHECK(server.connections() == 0);
    }
    done = true;
    workers.join();
}

TEST_CASE("several servers share one address") {
    TestServer first(echo);
    http::asio::io_context io;
    http::Server second(io, {}, echo, nullptr);
    CHECK(second.listen({"127.0.0.1:" + std::to_string(first.port()), nullptr}).value() == first.port());
}

TEST_CASE("a listener takes an address and a port, and a taken or foreign one is an error") {
    http::asio::io_context io;
    http::Server server(io, {}, echo, nullptr);
    CHECK(server.listen({"127.0.0.1:0", nullptr}).has_value());
    CHECK(server.listen({"[::1]:0", nullptr}).has_value());
    for (const std::string address : {"", "127.0.0.1", "localhost:0", "127.0.0.1:x", ":80", "192.0.2.1:0"}) {
        CAPTURE(address);
        CHECK_FALSE(server.listen({address, nullptr}).has_value());
    }
}

TEST_CASE("an exception of a handler is a 500 and a report, never the end of the loop") {
    auto handler = [](http::Exchange& exchange) -> http::Async<void> {
        if (exchange.head().target == "/throw") throw std::runtime_error("boom");
        if (exchange.head().target == "/odd") throw 7;
        if (exchange.head().target == "/silent") co_return base::Result<void>();
        CO_TRY_VOID(co_await exchange.respond(http::ResponseHead(), base::BytesView()));
        co_return base::Result<void>();
    };
    TestServer server(handler);
    for (const std::string target : {"/throw", "/odd", "/silent"}) {
        CAPTURE(target);
        CHECK(roundtrip(server.port(), "GET " + target + " HTTP/1.1\r\nHost: gate\r\n\r\n").starts_with("HTTP/1.1 500 "));
    }
    CHECK(roundtrip(server.port(), kGetClose).starts_with("HTTP/1.1 200 "));
    CHECK(server.reports().size() == 3);
}

TEST_CASE("a report that throws takes nothing with it") {
    http::asio::io_context io{1};
    http::Server server(io, {}, echo, [](std::string_view, std::string_view) { throw std::runtime_error("log is full"); });
    const auto port = server.listen({"127.0.0.1:0", nullptr}).value();
    std::thread thread([&] { io.run(); });
    CHECK(roundtrip(port, "BAD\r\n\r\n").starts_with("HTTP/1.1 400 "));
    CHECK(roundtrip(port, kGetClose).starts_with("HTTP/1.1 200 "));
    io.stop();
    thread.join();
}

TEST_CASE("a changed certificate is used for new connections, a broken one is reported once and the old one stays") {
    const TestFolder folder;
    const auto authority = TestCertificate::authority("ca");
    authority.issue("DNS:first.example").write(folder.path() / "tls");
    auto tls = http::ServerTls::create({folder.path() / "tls.crt", folder.path() / "tls.key"}).value();
    http::ServerOptions options;
    options.reload_interval = 20ms;
    TestServer server(echo, options, tls);
    const auto before = tls->context();
    write_file(folder.path() / "tls.crt", "broken");
    CHECK(eventually([&] { return server.reports().size() == 1; }));
    CHECK(tls->context() == before);
    authority.issue("DNS:second.example").write(folder.path() / "tls");
    CHECK(eventually([&] { return tls->context() != before; }));
}
