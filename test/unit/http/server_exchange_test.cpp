#include "http/server_exchange.h"

#include "test/support/catch.h"
#include "test/unit/http/stream_pair.h"

namespace {

struct Answered {
    base::Result<void> outcome;
    bool keep_alive = false;
    std::string text;  // without the Date line
};

std::string without_date(std::string text) {
    const auto start = text.find("Date: ");
    if (start != std::string::npos) text.erase(start, text.find("\r\n", start) + 2 - start);
    return text;
}

using Action = std::function<http::Async<void>(http::Exchange&)>;

// One exchange whose request is `method` with `fields`, and `body` behind it.
Answered answer(const std::string& line, const std::string& fields, const std::string& body, const Action& action, bool stopping = false) {
    StreamPair pair(body, StreamPair::Peer::open);
    http::Input input(pair.stream());
    auto request = http::parse_request_head(line + "\r\nHost: gate\r\n" + fields + "\r\n", 100).value();
    http::ServerExchange exchange(pair.stream(), input, std::move(request), stopping);
    auto outcome = pair.run(action(exchange));
    const bool keep_alive = exchange.keep_alive();
    return {std::move(outcome), keep_alive, without_date(pair.written())};
}

http::ResponseHead status(unsigned code) {
    http::ResponseHead head;
    head.status = code;
    return head;
}

const std::string kGet = "GET / HTTP/1.1";
const std::string kHead = "HEAD / HTTP/1.1";

}  // namespace

TEST_CASE("an answer in memory is framed by method and status") {
    static const auto content = base::to_bytes("abc");
    const auto [name, line, code, text] = GENERATE(table<std::string, std::string, unsigned, std::string>({
        {"GET", kGet, 200, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"},
        {"HEAD", kHead, 200, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"},
        {"204", kGet, 204, "HTTP/1.1 204 No Content\r\n\r\n"},
        {"304", kGet, 304, "HTTP/1.1 304 Not Modified\r\n\r\n"},
        {"HTTP/1.0", "GET / HTTP/1.0", 200, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc"},
    }));
    CAPTURE(name);
    const auto action = [wanted = code](http::Exchange& exchange) { return exchange.respond(status(wanted), content); };
    const auto answered = answer(line, "", "", action);
    CHECK(answered.outcome.has_value());
    CHECK(answered.text == text);
}

TEST_CASE("an answer without a body says the length that was asked for, where it may") {
    const auto [name, line, code, length, text] =
        GENERATE(table<std::string, std::string, unsigned, std::optional<std::uint64_t>, std::string>({
            {"HEAD with length", kHead, 200, 7U, "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"},
            {"HEAD without length", kHead, 200, std::nullopt, "HTTP/1.1 200 OK\r\n\r\n"},
            {"304 with length", kGet, 304, 7U, "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n"},
            {"204 with length", kGet, 204, 7U, "HTTP/1.1 204 No Content\r\n\r\n"},
            {"GET without length", kGet, 307, std::nullopt, "HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 0\r\n\r\n"},
        }));
    CAPTURE(name);
    const auto action = [wanted = code, declared = length](http::Exchange& exchange) {
        return exchange.respond_head(status(wanted), declared);
    };
    CHECK(answer(line, "", "", action).text == text);
}

TEST_CASE("a length without its body is never announced to GET") {
    const auto action = [](http::Exchange& exchange) { return exchange.respond_head(status(200), 7); };
    const auto answered = answer(kGet, "", "", action);
    CHECK(answered.outcome.error().code() == base::ErrorCode::internal);
    CHECK(answered.text.empty());
}

TEST_CASE("a streamed answer follows its source, the method and the version") {
    const auto [name, line, declared, text] = GENERATE(table<std::string, std::string, std::optional<std::uint64_t>, std::string>({
        {"length", kGet, 2U, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\naa"},
        {"chunked", kGet, std::nullopt, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\naa\r\n0\r\n\r\n"},
        {"HEAD", kHead, 2U, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"},
        {"chunked to HTTP/1.0", "GET / HTTP/1.0", std::nullopt, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\naa"},
    }));
    CAPTURE(name);
    PatternBody body(2, declared);
    const auto action = [&body](http::Exchange& exchange) { return exchange.respond_stream(status(200), body); };
    CHECK(answer(line, "", "", action).text == text);
}

TEST_CASE("a body that was not read, a stop and the client's wish close the connection") {
    const auto action = [](http::Exchange& exchange) { return exchange.respond(status(200), base::BytesView()); };
    CHECK(answer("POST / HTTP/1.1", "Content-Length: 0\r\n", "", action).keep_alive);
    CHECK_FALSE(answer("POST / HTTP/1.1", "Content-Length: 3\r\n", "abc", action).keep_alive);
    CHECK_FALSE(answer("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n", action).keep_alive);
    CHECK_FALSE(answer(kGet, "Connection: close\r\n", "", action).keep_alive);
    CHECK_FALSE(answer(kGet, "", "", action, true).keep_alive);
}

TEST_CASE("an expectation is met when the body is first read, and never behind an answer") {
    const auto reading = [](http::Exchange& exchange) -> http::Async<void> {
        CO_TRY(const auto body, co_await http::read_all(exchange.body(), 10));
        CO_TRY_VOID(co_await exchange.respond(status(200), body));
        co_return base::Result<void>();
    };
    const auto refusing = [](http::Exchange& exchange) -> http::Async<void> {
        CO_TRY_VOID(co_await exchange.respond(status(401), base::BytesView()));
        CO_TRY_VOID(co_await http::read_all(exchange.body(), 10));
        co_return base::Result<void>();
    };
    const std::string fields = "Expect: 100-continue\r\nContent-Length: 3\r\n";
    const auto read = answer("PUT / HTTP/1.1", fields, "abc", reading);
    CHECK(read.text == "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
    CHECK(read.keep_alive);
    const auto refused = answer("PUT / HTTP/1.1", fields, "abc", refusing);
    CHECK(refused.text == "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST_CASE("an exchange is answered once, and a head that cannot be written leaves it open for another") {
    const auto action = [](http::Exchange& exchange) -> http::Async<void> {
        http::ResponseHead evil = status(200);
        evil.headers.add("X", "a\r\nb");
        const auto first = co_await exchange.respond(std::move(evil), base::BytesView());
        if (first || exchange.responded()) co_return base::fail(base::ErrorCode::internal, "evil head was sent");
        CO_TRY_VOID(co_await exchange.respond(status(404), base::BytesView()));
        const auto second = co_await exchange.respond(status(200), base::BytesView());
        if (second) co_return base::fail(base::ErrorCode::internal, "answered twice");
        co_return base::Result<void>();
    };
    const auto answered = answer(kGet, "", "", action);
    CHECK(answered.outcome.has_value());
    CHECK(answered.text == "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("a handler cannot send interim answers") {
    const auto action = [](http::Exchange& exchange) { return exchange.respond(status(103), base::BytesView()); };
    CHECK_FALSE(answer(kGet, "", "", action).outcome.has_value());
}
