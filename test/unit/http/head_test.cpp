#include "http/head.h"

#include "test/support/catch.h"
#include "test/unit/http/head_cases.h"

using http::Framing;
using http::RequestMethod;

namespace {

constexpr std::size_t kFields = 100;
constexpr std::size_t kHeadLimit = 16 * 1024;

// As the server does it: scan, then parse what is in front of the blank line.
base::Result<http::ParsedRequest> read_request(const std::string& raw) {
    http::HeadScanner scanner;
    TRY(const auto length, scanner.scan(raw));
    if (!length || *length > kHeadLimit) return base::fail(base::ErrorCode::too_large, "incomplete or too long");
    return http::parse_request_head(std::string_view(raw).substr(0, *length), kFields);
}

base::Result<http::ParsedResponse> read_response(const std::string& raw, RequestMethod method = RequestMethod::other) {
    http::HeadScanner scanner;
    TRY(const auto length, scanner.scan(raw));
    if (!length) return base::fail(base::ErrorCode::invalid_input, "incomplete");
    return http::parse_response_head(std::string_view(raw).substr(0, *length), kFields, method);
}

std::string post(const std::string& fields) { return "POST /v2/ HTTP/1.1\r\nHost: gate\r\n" + fields + "\r\n"; }
std::string answer(const std::string& line, const std::string& fields) { return line + "\r\n" + fields + "\r\n"; }

}  // namespace

TEST_CASE("a request head is refused where RFC 9112 or a second reader could read it otherwise") {
    CHECK(refused_requests().size() >= 80);
    for (const auto& refused : refused_requests()) {
        CAPTURE(refused.name);
        const auto request = read_request(refused.raw);
        REQUIRE_FALSE(request.has_value());
        const auto code = request.error().code();
        CHECK((code == base::ErrorCode::invalid_input || code == base::ErrorCode::too_large));
    }
}

TEST_CASE("a request head that follows the rules is accepted") {
    for (const auto& accepted : accepted_requests()) {
        CAPTURE(accepted.name);
        CHECK(read_request(accepted.raw).has_value());
    }
}

TEST_CASE("a request is read into its parts") {
    const auto request = read_request("GET /v2/a?b=c HTTP/1.1\r\nHost: gate:1\r\nAccept: x\r\naccept:  y \r\n\r\n");
    REQUIRE(request.has_value());
    CHECK(request->head.method == "GET");
    CHECK(request->head.target == "/v2/a?b=c");
    CHECK_FALSE(request->head.http_1_0);
    CHECK(request->head.headers.get("host") == "gate:1");
    CHECK(request->head.headers.joined("Accept") == "x, y");
    CHECK(request->framing == Framing());
    CHECK(request->keep_alive);
}

TEST_CASE("framing, keep-alive and expectation of a request") {
    struct Row {
        std::string name;
        std::string raw;
        Framing framing;
        bool keep_alive;
        bool expects;
    };
    const auto row = GENERATE(values<Row>({
        {"no body", post(""), Framing(), true, false},
        {"length", post("Content-Length: 5\r\n"), {Framing::Kind::length, 5}, true, false},
        {"length 0", post("Content-Length: 0\r\n"), {Framing::Kind::length, 0}, true, false},
        {"longest length", post("Content-Length: 9999999999999999999\r\n"), {Framing::Kind::length, 9999999999999999999U}, true, false},
        {"leading zero", post("Content-Length: 05\r\n"), {Framing::Kind::length, 5}, true, false},
        {"chunked", post("Transfer-Encoding: chunked\r\n"), {Framing::Kind::chunked, 0}, true, false},
        {"chunked without a space", post("Transfer-Encoding:chunked\r\n"), {Framing::Kind::chunked, 0}, true, false},
        {"close", post("Connection: close\r\n"), Framing(), false, false},
        {"close in a list", post("Connection: x, Close\r\n"), Framing(), false, false},
        {"HTTP/1.0", "GET / HTTP/1.0\r\nHost: gate\r\n\r\n", Framing(), false, false},
        {"expectation", post("Content-Length: 5\r\nExpect: 100-Continue\r\n"), {Framing::Kind::length, 5}, true, true},
        {"expectation without a body", post("Expect: 100-continue\r\n"), Framing(), true, false},
    }));
    CAPTURE(row.name);
    const auto request = read_request(row.raw);
    REQUIRE(request.has_value());
    CHECK(request->framing == row.framing);
    CHECK(request->keep_alive == row.keep_alive);
    CHECK(request->expects_continue == row.expects);
}

TEST_CASE("hop-by-hop fields do not survive, whatever their spelling") {
    const auto request = read_request(
        post("Connection: X-Real-Ip, keep-alive\r\nX-REAL-IP: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\nTrailer: x\r\nUpgrade: h2c\r\n"
             "Proxy-Authorization: Basic x\r\nProxy-Connection: close\r\nTransfer-Encoding: chunked\r\nAccept: y\r\n"));
    REQUIRE(request.has_value());
    REQUIRE(request->head.headers.fields().size() == 2);
    CHECK(request->head.headers.get("host") == "gate");
    CHECK(request->head.headers.get("accept") == "y");
}

TEST_CASE("an answer's head is refused where it could be read in two ways") {
    const auto [name, raw] = GENERATE(table<std::string, std::string>({
        {"no length and not chunked", answer("HTTP/1.1 200 OK", "")},
        {"HTTP/1.0 without length", answer("HTTP/1.0 200 OK", "")},
        {"gzip coding", answer("HTTP/1.1 200 OK", "Transfer-Encoding: gzip\r\n")},
        {"gzip, chunked", answer("HTTP/1.1 200 OK", "Transfer-Encoding: gzip, chunked\r\n")},
        {"length and chunked", answer("HTTP/1.1 200 OK", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n")},
        {"two lengths", answer("HTTP/1.1 200 OK", "Content-Length: 1\r\nContent-Length: 1\r\n")},
        {"chunked in HTTP/1.0", answer("HTTP/1.0 200 OK", "Transfer-Encoding: chunked\r\n")},
        {"204 that announces a body", answer("HTTP/1.1 204 No Content", "Content-Length: 5\r\n")},
        {"chunked 204", answer("HTTP/1.1 204 No Content", "Transfer-Encoding: chunked\r\n")},
        {"other version", answer("HTTP/2 200 OK", "Content-Length: 0\r\n")},
        {"two digits", answer("HTTP/1.1 20 OK", "Content-Length: 0\r\n")},
        {"four digits", answer("HTTP/1.1 2000 OK", "Content-Length: 0\r\n")},
        {"status 099", answer("HTTP/1.1 099 OK", "Content-Length: 0\r\n")},
        {"status 600", answer("HTTP/1.1 600 OK", "Content-Length: 0\r\n")},
        {"not HTTP", answer("SSH-2.0-OpenSSH_9.2", "")},
        {"folded line", answer("HTTP/1.1 200 OK", "X: a\r\n b\r\nContent-Length: 0\r\n")},
        {"bare line feed", "HTTP/1.1 200 OK\nContent-Length: 0\n\n"},
        {"space before the colon", answer("HTTP/1.1 200 OK", "Content-Length : 0\r\n")},
    }));
    CAPTURE(name);
    CHECK_FALSE(read_response(raw).has_value());
}

TEST_CASE("an answer's body is framed by status and request method") {
    struct Row {
        std::string name;
        std::string raw;
        RequestMethod method;
        Framing framing;
    };
    const auto row = GENERATE(values<Row>({
        {"length", answer("HTTP/1.1 200 OK", "Content-Length: 3\r\n"), RequestMethod::other, {Framing::Kind::length, 3}},
        {"chunked", answer("HTTP/1.1 200 OK", "Transfer-Encoding: chunked\r\n"), RequestMethod::other, {Framing::Kind::chunked, 0}},
        {"answer to HEAD", answer("HTTP/1.1 200 OK", "Content-Length: 3\r\n"), RequestMethod::head, Framing()},
        {"chunked answer to HEAD", answer("HTTP/1.1 200 OK", "Transfer-Encoding: chunked\r\n"), RequestMethod::head, Framing()},
        {"304 with a length", answer("HTTP/1.1 304 Not Modified", "Content-Length: 3\r\n"), RequestMethod::other, Framing()},
        {"204", answer("HTTP/1.1 204 No Content", ""), RequestMethod::other, Framing()},
        {"204 with length 0", answer("HTTP/1.1 204 No Content", "Content-Length: 0\r\n"), RequestMethod::other, Framing()},
        {"interim answer", answer("HTTP/1.1 103 Early Hints", "Link: x\r\n"), RequestMethod::other, Framing()},
        {"no reason", answer("HTTP/1.1 200", "Content-Length: 0\r\n"), RequestMethod::other, {Framing::Kind::length, 0}},
        {"empty reason", answer("HTTP/1.1 200 ", "Content-Length: 0\r\n"), RequestMethod::other, {Framing::Kind::length, 0}},
    }));
    CAPTURE(row.name);
    const auto response = read_response(row.raw, row.method);
    REQUIRE(response.has_value());
    CHECK(response->framing == row.framing);
}

TEST_CASE("the length in an answer to HEAD stays readable, hop-by-hop fields go") {
    const auto response =
        read_response(answer("HTTP/1.1 200 OK", "Content-Length: 3\r\nConnection: close, X-Internal\r\nX-Internal: 1\r\nKeep-Alive: 5\r\n"),
                      RequestMethod::head);
    REQUIRE(response.has_value());
    CHECK(response->head.headers.get("content-length") == "3");
    CHECK(response->head.headers.fields().size() == 1);
    CHECK(response->head.reason == "OK");
    CHECK_FALSE(response->keep_alive);
}

// A field of that name would be removed by whoever is sent "Connection: close" along with it: two readers, two heads.
TEST_CASE("a field called Close goes, as its name is reserved") {
    const auto response = read_response(answer("HTTP/1.1 200 OK", "Content-Length: 0\r\nclose: 5\r\n"), RequestMethod::other);
    REQUIRE(response.has_value());
    CHECK_FALSE(response->head.headers.get("Close").has_value());
    CHECK(response->keep_alive);
}

TEST_CASE("the scanner needs no more than one look at every byte and stops at the blank line") {
    const std::string raw = "GET / HTTP/1.1\r\nHost: x\r\n\r\nrest";
    http::HeadScanner scanner;
    for (std::size_t size = 0; size < raw.size() - 4; ++size) {
        const auto length = scanner.scan(std::string_view(raw).substr(0, size));
        REQUIRE(length.has_value());
        REQUIRE_FALSE(length->has_value());
    }
    const auto length = scanner.scan(raw);
    REQUIRE(length.has_value());
    CHECK(*length == raw.size() - 4);
}

TEST_CASE("the scanner refuses at the first impossible byte, not at the end of the head") {
    const auto [name, raw] = GENERATE(table<std::string, std::string>({
        {"TLS record", "\x16"},
        {"line feed", "G\n"},
        {"carriage return without line feed", "G\rE"},
        {"empty line first", "\r\n"},
        {"NUL", std::string("\0", 1)},
    }));
    CAPTURE(name);
    http::HeadScanner scanner;
    CHECK_FALSE(scanner.scan(raw).has_value());
}

TEST_CASE("a field line is a token, a colon and text") {
    CHECK(http::parse_field_line("A:b").has_value());
    CHECK(http::parse_field_line("A: b")->second == "b");
    CHECK_FALSE(http::parse_field_line("A : b").has_value());
    CHECK_FALSE(http::parse_field_line("A").has_value());
}

TEST_CASE("interim answers, 204 and 304 never have a body") {
    CHECK(http::never_has_body(103));
    CHECK(http::never_has_body(204));
    CHECK(http::never_has_body(304));
    CHECK_FALSE(http::never_has_body(200));
}
