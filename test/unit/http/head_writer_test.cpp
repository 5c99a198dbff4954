#include "http/head_writer.h"

#include "test/support/catch.h"

using http::AfterMessage;
using http::Framing;

namespace {

http::RequestHead request(std::string target) {
    http::RequestHead head;
    head.method = "GET";
    head.target = std::move(target);
    return head;
}

const std::vector<std::string> kEvil = {"a\r\nInjected: 1", "a\nb", "a\rb", std::string("a\0b", 3), "a\x7f", "\x1b[2J"};

}  // namespace

TEST_CASE("a request head is written with its own host and framing only") {
    auto head = request("/v2/");
    head.headers.add("Accept", "x");
    head.headers.add("Host", "evil.example");
    head.headers.add("Content-Length", "7");
    head.headers.add("transfer-encoding", "gzip");
    head.headers.add("Connection", "close");
    const auto text = http::write_request_head(head, "gate:1", {Framing::Kind::length, 3});
    REQUIRE(text.has_value());
    CHECK(*text == "GET /v2/ HTTP/1.1\r\nHost: gate:1\r\nAccept: x\r\nContent-Length: 3\r\n\r\n");
}

TEST_CASE("an answer's head is written with its own framing only") {
    http::ResponseHead head;
    head.status = 404;
    head.headers.add("Date", "then");
    head.headers.add("Content-Length", "7");
    CHECK(http::write_response_head(head, {Framing::Kind::chunked, 0}, AfterMessage::close).value() ==
          "HTTP/1.1 404 Not Found\r\nDate: then\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
    head.reason = "no signature";
    CHECK(http::write_response_head(head, Framing(), AfterMessage::keep_alive).value() ==
          "HTTP/1.1 404 no signature\r\nDate: then\r\n\r\n");
}

TEST_CASE("an answer without a date gets one") {
    const auto text = http::write_response_head({}, Framing(), AfterMessage::keep_alive).value();
    const auto prepared = http::prepare_response_head({}, Framing()).value() + std::string(http::dated_end());
    CHECK(prepared.substr(0, 23) == text.substr(0, 23));
    CHECK(prepared.ends_with(" GMT\r\n\r\n"));
    http::ResponseHead dated;
    dated.headers.set("Date", "then");
    CHECK_FALSE(http::prepare_response_head(dated, Framing()));
    CHECK(text.find("\r\nDate: ") != std::string::npos);
    CHECK(text.ends_with(" GMT\r\n\r\n"));
}

TEST_CASE("no text from elsewhere can begin a line of its own in a head") {
    for (const auto& evil : kEvil) {
        http::ResponseHead by_value;
        by_value.headers.add("X", evil);
        CHECK_FALSE(http::write_response_head(by_value, Framing(), AfterMessage::close).has_value());
        http::ResponseHead by_name;
        by_name.headers.add(evil, "x");
        CHECK_FALSE(http::write_response_head(by_name, Framing(), AfterMessage::close).has_value());
        http::ResponseHead by_reason;
        by_reason.reason = evil;
        CHECK_FALSE(http::write_response_head(by_reason, Framing(), AfterMessage::close).has_value());

        CHECK_FALSE(http::write_request_head(request("/" + evil), "gate", Framing()).has_value());
        CHECK_FALSE(http::write_request_head(request("/"), evil, Framing()).has_value());
        auto by_method = request("/");
        by_method.method = evil;
        CHECK_FALSE(http::write_request_head(by_method, "gate", Framing()).has_value());
    }
}

TEST_CASE("a target or status that is none is not written") {
    CHECK_FALSE(http::write_request_head(request("/a HTTP/1.1"), "gate", Framing()).has_value());
    CHECK_FALSE(http::write_request_head(request("a"), "gate", Framing()).has_value());
    http::ResponseHead head;
    head.status = 99;
    CHECK_FALSE(http::write_response_head(head, Framing(), AfterMessage::close).has_value());
}

TEST_CASE("what is written is read back as exactly one message") {
    http::ResponseHead head;
    head.reason = "caf\xc3\xa9 \t ok";
    head.headers.add("X", "a\tb\x80");
    const auto text = http::write_response_head(head, {Framing::Kind::length, 1}, AfterMessage::close).value();
    const auto parsed = http::parse_response_head(text, 100, http::RequestMethod::other);
    REQUIRE(parsed.has_value());
    CHECK(parsed->head.headers.get("X") == "a\tb\x80");
    CHECK_FALSE(parsed->keep_alive);
}
