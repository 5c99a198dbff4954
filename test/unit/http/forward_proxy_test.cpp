#include "http/forward_proxy.h"

#include "base/bytes.h"
#include "test/support/catch.h"

using http::ForwardProxy;

namespace {

// What the proxy is told: "user:password", empty for nothing.
std::string told(const ForwardProxy& proxy) {
    if (!proxy.authorization()) return {};
    const std::string_view value = proxy.authorization()->reveal();
    REQUIRE(value.starts_with("Basic "));
    return std::string(base::as_text(base::base64_decode(value.substr(6)).value()));
}

}  // namespace

TEST_CASE("the URL of a proxy is a host, a port and perhaps a user") {
    const auto [text, url, credentials] = GENERATE(table<std::string, std::string, std::string>({
        {"http://proxy.example:3128", "http://proxy.example:3128", ""},
        {"http://proxy.example:3128/", "http://proxy.example:3128", ""},
        {"HTTP://Proxy.Example:3128", "http://proxy.example:3128", ""},
        {"proxy.example:3128", "http://proxy.example:3128", ""},
        {"proxy.example", "http://proxy.example", ""},
        {"10.0.0.1:3128", "http://10.0.0.1:3128", ""},
        {"http://[fd00::1]:3128", "http://[fd00::1]:3128", ""},
        {"http://user:secret@proxy.example:3128", "http://proxy.example:3128", "user:secret"},
        {"user:secret@proxy.example:3128", "http://proxy.example:3128", "user:secret"},
        {"http://user@proxy.example", "http://proxy.example", "user:"},
        {"http://user:@proxy.example", "http://proxy.example", "user:"},
        {"http://user:a:b@proxy.example", "http://proxy.example", "user:a:b"},
        {"http://user:p%40ss%3a%2Fword@proxy.example", "http://proxy.example", "user:p@ss:/word"},
        {"http://user:p@ss@proxy.example", "http://proxy.example", "user:p@ss"},
        {"http://do%6Dain%5Cuser:x@proxy.example", "http://proxy.example", "domain\\user:x"},
    }));
    CAPTURE(text);
    const auto proxy = ForwardProxy::parse(text);
    REQUIRE(proxy.has_value());
    CHECK((*proxy)->url() == url);
    CHECK(told(**proxy) == credentials);
}

TEST_CASE("without a port it is 80") { CHECK(ForwardProxy::parse("http://proxy.example").value()->port() == 80); }

TEST_CASE("what names no HTTP proxy is refused, without a word of the password") {
    const std::string text =
        GENERATE(as<std::string>(), "", "http://", "/", "http:///", "://proxy.example", "https://user:s3cret@proxy.example",
                 "socks5://user:s3cret@proxy.example:1080", "socks5h://proxy.example", "ftp://proxy.example", "http://user:s3cret@",
                 "http://user:s3cret@proxy.example:0", "http://user:s3cret@proxy.example:99999", "http://user:s3cret@proxy.example:port",
                 "http://user:s3cret@proxy.example/path", "http://user:s3cret@proxy.example?x", "http://user:s3cret@proxy example",
                 "http://user:s3cret@127.1:3128", "http://us%3Aer:s3cret@proxy.example", "http://user:s3cret%0d%0aX@proxy.example",
                 "http://user:s3cret%@proxy.example", "http://user:s3cret%4@proxy.example", "http://user:s3cret%zz@proxy.example",
                 "http://a\r\nb:s3cret@proxy.example", "fd00::1");
    CAPTURE(text);
    const auto proxy = ForwardProxy::parse(text);
    REQUIRE_FALSE(proxy.has_value());
    CHECK(proxy.error().code() == base::ErrorCode::invalid_input);
    CHECK(proxy.error().message().find("s3cret") == std::string::npos);
    CHECK(proxy.error().message().find("expected http://[user:password@]host[:port]") != std::string::npos);
}
