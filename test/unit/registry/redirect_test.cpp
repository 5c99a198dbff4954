#include "registry/redirect.h"

#include "test/support/catch.h"

using namespace registry;

namespace {
Url url(const std::string& text) { return parse_url(text).value(); }
}  // namespace

TEST_CASE("Redirects that may be followed") {
    const auto [current, location, expected] = GENERATE(table<std::string, std::string, std::string>({
        {"https://r.example/v2/a", "https://cdn.example/x?sig=1", "https://cdn.example/x?sig=1"},
        {"https://r.example/v2/a", "/v2/b", "https://r.example/v2/b"},
        {"https://r.example/v2/a", "https://r.example:8443/x", "https://r.example:8443/x"},
        {"http://10.0.0.1:5000/a", "http://10.0.0.1:9000/x", "http://10.0.0.1:9000/x"},
        {"http://10.0.0.1:5000/a", "https://cdn.example/x", "https://cdn.example/x"},
        {"http://r.example/a", "http://cdn.example/x", "http://cdn.example/x"},
    }));
    CAPTURE(current, location);
    const auto hop = url(current);
    REQUIRE(redirect_target(hop.origin, Reach(), hop, location).has_value());
    CHECK(redirect_target(hop.origin, Reach(), hop, location)->text() == expected);
}

TEST_CASE("Redirects that lead where they must not") {
    const auto [registry_url, current, location] = GENERATE(table<std::string, std::string, std::string>({
        {"https://r.example", "https://r.example/a", "http://cdn.example/x"},
        {"https://r.example", "https://r.example/a", "http://r.example/x"},
        {"http://r.example", "https://cdn.example/a", "http://cdn.example/x"},
        {"https://r.example", "https://r.example/a", "https://169.254.169.254/latest"},
        {"https://r.example", "https://cdn.example/a", "https://[::1]/x"},
        {"http://r.example", "http://r.example/a", "http://127.0.0.1/x"},
        {"http://r.example", "http://r.example/a", "http://localhost:9090/metrics"},
        {"http://r.example", "http://r.example/a", "http://0x7f.1/x"},
        {"http://10.0.0.1", "http://10.0.0.1/a", "http://10.0.0.2/x"},
        {"http://127.0.0.1:5000", "http://127.0.0.1:5000/a", "http://127.0.0.2:5000/a"},
        {"https://r.example", "https://r.example/a", "ftp://cdn.example/x"},
        {"https://r.example", "https://r.example/a", ""},
        {"https://r.example", "https://r.example/a", "https://user@cdn.example/"},
    }));
    CAPTURE(registry_url, current, location);
    CHECK_FALSE(redirect_target(url(registry_url).origin, Reach(), url(current), location).has_value());
}

TEST_CASE("A host inside that the configuration names may be a target") {
    const Reach reach{{}, {"10.0.0.2", "localhost"}};
    const auto hop = url("http://r.example/a");
    CHECK(redirect_target(hop.origin, reach, hop, "http://10.0.0.2:9000/x").has_value());
    CHECK(redirect_target(hop.origin, reach, hop, "http://localhost/x").has_value());
    CHECK_FALSE(redirect_target(hop.origin, reach, hop, "http://10.0.0.3/x").has_value());
}

TEST_CASE("Only five statuses are redirects") {
    for (const unsigned status : {301U, 302U, 303U, 307U, 308U}) CHECK(is_redirect(status));
    for (const unsigned status : {200U, 300U, 304U, 305U, 306U, 400U}) CHECK_FALSE(is_redirect(status));
}
