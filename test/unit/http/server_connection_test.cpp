#include "http/server_connection.h"

#include "test/support/catch.h"
#include "test/unit/http/certificates.h"
#include "test/unit/http/raw_peers.h"

namespace {

const std::string kGet = "GET /next HTTP/1.1\r\nHost: gate\r\n\r\n";

http::Async<void> ignore_body(http::Exchange& exchange) {
    CO_TRY_VOID(co_await exchange.respond(http::ResponseHead(), base::BytesView()));
    co_return base::Result<void>();
}

}  // namespace

TEST_CASE("an unread body is not taken for the next request, whatever it contains") {
    TestServer server(ignore_body);
    const auto method = GENERATE(as<std::string>(), "GET", "HEAD", "POST");
    CAPTURE(method);
    const std::string head = method + " /first HTTP/1.1\r\nHost: gate\r\nContent-Length: " + std::to_string(kGet.size()) + "\r\n\r\n";
    const auto answer = roundtrip(server.port(), head + kGet + kGet);
    CHECK(answer.starts_with("HTTP/1.1 200 "));
    CHECK(answer.find("HTTP/1.1 ", 1) == std::string::npos);
    CHECK(server.seen() == std::vector<std::string>{method + " /first"});
}

TEST_CASE("an answer arrives although a large body was not read") {
    TestServer server(ignore_body);
    RawClient client(server.port());
    client.send("PUT / HTTP/1.1\r\nHost: gate\r\nContent-Length: 60000\r\n\r\n" + std::string(60'000, 'x'));
    CHECK(client.read_all().starts_with("HTTP/1.1 200 "));
    CHECK_FALSE(client.reset());
}

TEST_CASE("a client that never finishes a refused upload does not hold its connection") {
    TestServer server(ignore_body);
    RawClient client(server.port());
    client.send("PUT / HTTP/1.1\r\nHost: gate\r\nContent-Length: 1000000000000\r\n\r\n");
    CHECK(client.read_all().starts_with("HTTP/1.1 200 "));
    CHECK_FALSE(client.timed_out());
    for (int i = 0; i < 300 && server.connections() > 0; ++i) std::this_thread::sleep_for(20ms);
    CHECK(server.connections() == 0);
}

TEST_CASE("keep-alive serves one request after the other on one connection") {
    TestServer server(echo);
    RawClient client(server.port());
    for (int i = 0; i < 5; ++i) {
        client.send("PUT /" + std::to_string(i) + " HTTP/1.1\r\nHost: gate\r\nContent-Length: 1\r\n\r\nx");
        CHECK(client.read_until("|x").ends_with("PUT /" + std::to_string(i) + "|x"));
    }
    CHECK(server.connections() == 1);
    client.send("GET / HTTP/1.0\r\nHost: gate\r\n\r\n");
    CHECK(client.read_all().find("Connection: close") != std::string::npos);
    CHECK(server.seen().size() == 6);
}

TEST_CASE("a body sent one byte at a time is read whole") {
    TestServer server(echo);
    RawClient client(server.port());
    client.send_slowly("PATCH / HTTP/1.1\r\nHost: gate\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\nX: y\r\n\r\n");
    CHECK(client.read_until("|abcde").ends_with("PATCH /|abcde"));
}

TEST_CASE("a plain port answers a TLS hello in HTTP, and a TLS port a plain request by closing") {
    TestServer server(echo);
    const std::string hello("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", 10);
    CHECK(roundtrip(server.port(), hello).starts_with("HTTP/1.1 400 Bad Request\r\n"));
    const TestFolder folder;
    TestCertificate::authority("ca").issue("DNS:gate").write(folder.path() / "tls");
    auto tls = http::ServerTls::create({folder.path() / "tls.crt", folder.path() / "tls.key"}).value();
    TestServer secure(echo, {}, tls);
    CHECK(roundtrip(secure.port(), kGet).find("HTTP/1.1") == std::string::npos);
    CHECK(secure.reports().size() == 1);
    CHECK(secure.seen().empty());
}

TEST_CASE("a TLS handshake that does not come to its end is given up") {
    const TestFolder folder;
    TestCertificate::authority("ca").issue("DNS:gate").write(folder.path() / "tls");
    auto tls = http::ServerTls::create({folder.path() / "tls.crt", folder.path() / "tls.key"}).value();
    http::ServerOptions options;
    options.handshake_timeout = 100ms;
    TestServer server(echo, options, tls);
    RawClient client(server.port());
    client.send(std::string("\x16\x03\x01\x02\x00\x01", 6));
    CHECK(client.read_all().empty());
    CHECK_FALSE(client.timed_out());
}

TEST_CASE("a handler's answer that breaks in the middle ends the connection, and what was sent arrives") {
    auto handler = [](http::Exchange& exchange) -> http::Async<void> {
        BrokenBody body("abc", 10);
        CO_TRY_VOID(co_await exchange.respond_stream(http::ResponseHead(), body));
        co_return base::Result<void>();
    };
    TestServer server(handler);
    RawClient client(server.port());
    client.send(kGet);
    CHECK(client.read_all().ends_with("\r\n\r\nabc"));
    CHECK_FALSE(client.reset());
    CHECK(server.reports() == std::vector<std::string>{"body broke"});
}

TEST_CASE("an answer that only the end of the connection ends is reset where it breaks") {
    auto handler = [](http::Exchange& exchange) -> http::Async<void> {
        BrokenBody body("abc", std::nullopt);
        CO_TRY_VOID(co_await exchange.respond_stream(http::ResponseHead(), body));
        co_return base::Result<void>();
    };
    TestServer server(handler);
    RawClient client(server.port());
    client.send("GET / HTTP/1.0\r\nHost: gate\r\n\r\n");
    static_cast<void>(client.read_all());
    CHECK(client.reset());
}
