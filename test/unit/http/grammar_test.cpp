#include "http/grammar.h"

#include "test/support/catch.h"

TEST_CASE("a token has the characters of RFC 9110 and at least one") {
    CHECK(http::is_token("X-a_1!#$%&'*+.^`|~"));
    for (const std::string text : {"", "a b", "a:b", "a\r", "a(b", "\xc3\xa9", "a\"b"}) {
        CAPTURE(text);
        CHECK_FALSE(http::is_token(text));
    }
}

TEST_CASE("field text has no control character but the tab") {
    CHECK(http::is_field_text(""));
    CHECK(http::is_field_text("a\tb \xc3\xa9"));
    for (const std::string& text :
         {std::string("a\rb"), std::string("a\nb"), std::string("a\0b", 3), std::string("\x7f"), std::string("\x1b")}) {
        CHECK_FALSE(http::is_field_text(text));
    }
}

TEST_CASE("a request target is in origin form") {
    CHECK(http::is_request_target("/"));
    CHECK(http::is_request_target("/v2/a%20b?c=d;e"));
    for (const std::string text : {"", "v2", "*", "http://a/", "/a b", "/a#b", "/a\\b", "/\x80", "/a\r\nb"}) {
        CAPTURE(text);
        CHECK_FALSE(http::is_request_target(text));
    }
}

TEST_CASE("white space is trimmed at both ends only") {
    CHECK(http::trim_whitespace(" \ta b\t ") == "a b");
    CHECK(http::trim_whitespace(" \t ").empty());
    CHECK(http::to_lower("AbC-\xc3\x89") == "abc-\xc3\x89");
}

TEST_CASE("a decimal number has digits only and does not overflow") {
    CHECK(http::parse_decimal("0", 19) == 0U);
    CHECK(http::parse_decimal("9999999999999999999", 19) == 9999999999999999999U);
    for (const std::string text : {"", "+1", "-1", "1 ", "0x1", "1e1", "10000000000000000000"}) {
        CAPTURE(text);
        CHECK_FALSE(http::parse_decimal(text, 19).has_value());
    }
    CHECK_FALSE(http::parse_decimal("1000", 3).has_value());
    CHECK_FALSE(http::parse_decimal("10000000000000000000", 20).has_value());
}

TEST_CASE("an authority is a name or an address with an optional port") {
    const auto [text, host, port] = GENERATE(table<std::string, std::string, int>({
        {"gate", "gate", -1},
        {"Gate.Example:5000", "gate.example", 5000},
        {"my_service:0", "my_service", 0},
        {"127.0.0.1:65535", "127.0.0.1", 65535},
        {"[::1]:5000", "::1", 5000},
        {"[2001:DB8::1]", "2001:db8::1", -1},
        {"1.example", "1.example", -1},
    }));
    CAPTURE(text);
    const auto authority = http::parse_authority(text);
    REQUIRE(authority.has_value());
    CHECK(authority->host == host);
    CHECK((authority->port ? int{*authority->port} : -1) == port);
}

TEST_CASE("an authority that readers take for different hosts is refused") {
    const std::string text =
        GENERATE(as<std::string>(), "", ":80", "a:", "a:65536", "a:-1", "a:1 ", "user@a", "a/b", "a..b", ".a", "a.", "127.1", "0x7f000001",
                 "2130706433", "256.1.1.1", "a.1", "[::1", "[]", "[::1]x", "[::1%lo]", "::1", "a_b c", "\xc3\xa9");
    CAPTURE(text);
    CHECK_FALSE(http::parse_authority(text).has_value());
}

TEST_CASE("addresses are told from names") {
    CHECK(http::is_ip_literal("127.0.0.1"));
    CHECK(http::is_ip_literal("::1"));
    CHECK_FALSE(http::is_ip_literal("localhost"));
}
