#include "http/proxy_routes.h"

#include <map>

#include "test/support/catch.h"

using http::ProxyRoutes;
using Variables = std::map<std::string, std::string>;

namespace {

base::Result<ProxyRoutes> routes_of(const Variables& variables) {
    return ProxyRoutes::from_environment([&](const std::string& name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::string() : found->second;
    });
}

// The URL of the proxy for an origin; empty: directly.
std::string proxy_of(const ProxyRoutes& routes, const std::string& origin) {
    const auto proxy = routes.find(http::Origin::parse(origin).value());
    return proxy ? proxy->url() : "";
}

}  // namespace

TEST_CASE("the environment names a proxy for each scheme, in capitals before small letters") {
    const auto [variables, tls, plain] = GENERATE(table<Variables, std::string, std::string>({
        {{}, "", ""},
        {{{"HTTPS_PROXY", "a:1"}}, "http://a:1", ""},
        {{{"https_proxy", "a:1"}}, "http://a:1", ""},
        {{{"HTTPS_PROXY", "a:1"}, {"https_proxy", "b:2"}}, "http://a:1", ""},
        {{{"HTTPS_PROXY", ""}, {"https_proxy", "b:2"}}, "http://b:2", ""},
        {{{"HTTP_PROXY", "a:1"}}, "", "http://a:1"},
        {{{"http_proxy", "a:1"}}, "", "http://a:1"},
        {{{"HTTP_PROXY", "a:1"}, {"http_proxy", "b:2"}}, "", "http://a:1"},
        {{{"HTTPS_PROXY", "a:1"}, {"HTTP_PROXY", "b:2"}}, "http://a:1", "http://b:2"},
        {{{"HTTP_PROXY", "a:1"}, {"REQUEST_METHOD", "GET"}}, "", ""},
        {{{"HTTP_PROXY", "a:1"}, {"http_proxy", "b:2"}, {"REQUEST_METHOD", "GET"}}, "", "http://b:2"},
        {{{"ALL_PROXY", "a:1"}}, "", ""},
        {{{"HTTPS_PROXY", "a:1"}, {"NO_PROXY", "registry.example"}}, "", ""},
        {{{"HTTPS_PROXY", "a:1"}, {"no_proxy", "registry.example"}}, "", ""},
        {{{"HTTPS_PROXY", "a:1"}, {"NO_PROXY", "other.example"}, {"no_proxy", "registry.example"}}, "http://a:1", ""},
        {{{"HTTPS_PROXY", "a:1"}, {"HTTP_PROXY", "b:2"}, {"NO_PROXY", "registry.example:443"}}, "", "http://b:2"},
    }));
    CAPTURE(variables);
    const auto routes = routes_of(variables);
    REQUIRE(routes.has_value());
    CHECK(proxy_of(*routes, "https://registry.example") == tls);
    CHECK(proxy_of(*routes, "http://registry.example") == plain);
}

TEST_CASE("an environment never sends this machine's own addresses to a proxy") {
    const auto routes = routes_of({{"HTTPS_PROXY", "a:1"}, {"HTTP_PROXY", "a:1"}}).value();
    const auto [host, direct] = GENERATE(table<std::string, bool>({
        {"localhost", true},
        {"localhost:5000", true},
        {"127.0.0.1", true},
        {"127.255.0.1:5000", true},
        {"[::1]", true},
        {"[::ffff:127.0.0.1]", true},
        {"localhost.example", false},
        {"a.localhost", false},
        {"10.0.0.1", false},
        {"[fd00::1]", false},
    }));
    CAPTURE(host);
    CHECK(proxy_of(routes, "https://" + host).empty() == direct);
    CHECK(proxy_of(routes, "http://" + host).empty() == direct);
}

TEST_CASE("a proxy that was asked for by name is for every origin") {
    const auto routes = ProxyRoutes::always(http::ForwardProxy::parse("proxy.example:3128").value());
    for (const auto* origin : {"https://ghcr.io", "http://ghcr.io", "https://localhost:5000", "http://127.0.0.1:5000"}) {
        CHECK(proxy_of(routes, origin) == "http://proxy.example:3128");
    }
    CHECK(proxy_of(ProxyRoutes(), "https://ghcr.io").empty());
}

TEST_CASE("a variable that names no proxy is refused by its name, without its value") {
    const auto name = GENERATE(as<std::string>(), "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy");
    const auto routes = routes_of({{name, "socks5://user:s3cret@proxy.example"}});
    REQUIRE_FALSE(routes.has_value());
    CHECK(routes.error().code() == base::ErrorCode::invalid_input);
    CHECK(routes.error().message().starts_with(name + ": "));
    CHECK(routes.error().message().find("s3cret") == std::string::npos);
}
