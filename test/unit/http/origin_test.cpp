#include "http/client.h"
#include "test/support/catch.h"

TEST_CASE("an origin is a scheme and an authority") {
    const auto [text, url, host, port] = GENERATE(table<std::string, std::string, std::string, int>({
        {"https://ghcr.io", "https://ghcr.io", "ghcr.io", 443},
        {"http://127.0.0.1:5000", "http://127.0.0.1:5000", "127.0.0.1", 5000},
        {"HTTP://GATE:80", "http://gate", "gate", 80},
        {"https://[::1]:8443", "https://[::1]:8443", "::1", 8443},
        {"https://[2001:db8::1]", "https://[2001:db8::1]", "2001:db8::1", 443},
    }));
    CAPTURE(text);
    const auto origin = http::Origin::parse(text);
    REQUIRE(origin.has_value());
    CHECK(origin->url() == url);
    CHECK(origin->host() == host);
    CHECK(int{origin->port()} == port);
    CHECK(http::Origin::parse(origin->url()).value() == *origin);
}

TEST_CASE("what is more or less than an origin is refused") {
    const std::string text = GENERATE(as<std::string>(), "", "ghcr.io", "ftp://a", "https://", "https://a/", "https://a/b", "https://a?b",
                                      "https://u@a", "https://a:0", "https://a:99999", "https:/a", "https://a b", "https://a\r\n");
    CAPTURE(text);
    CHECK(http::Origin::parse(text).error().code() == base::ErrorCode::invalid_input);
}
