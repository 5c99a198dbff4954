#include "registry/reach.h"

#include "test/support/catch.h"

using registry::Reach;

namespace {

const http::Origin kRegistry = http::Origin::parse("https://registry.corp.example").value();

http::ClientOptions options_for(const Reach& reach, const std::string& url) {
    http::ClientOptions options;
    options.pooled_connections = 7;
    return reach.options_for(kRegistry, http::Origin::parse(url).value(), options);
}

}  // namespace

TEST_CASE("Only the registry's own host and hosts that the configuration names may be inside") {
    const Reach reach{{}, {"auth.corp.example", "10.0.0.5"}};
    const auto [url, filtered] = GENERATE(table<std::string, bool>({
        {"https://registry.corp.example", false},
        {"https://registry.corp.example:8443", false},
        {"https://auth.corp.example", false},
        {"http://auth.corp.example:5000", false},
        {"https://10.0.0.5", false},
        {"https://cdn.corp.example", true},
        {"https://x.auth.corp.example", true},
        {"https://corp.example", true},
        {"https://10.0.0.6", true},
    }));
    CAPTURE(url);
    CHECK(static_cast<bool>(options_for(reach, url).refuses) == filtered);
    CHECK(options_for(reach, url).pooled_connections == 7);
}

TEST_CASE("A name that a registry chose must not lead inside") {
    const auto refuses = options_for(Reach(), "https://cdn.example").refuses;
    REQUIRE(refuses);
    const auto [text, refused] = GENERATE(table<std::string, bool>({
        {"127.0.0.1", true},
        {"10.1.2.3", true},
        {"172.16.0.1", true},
        {"192.168.0.1", true},
        {"169.254.169.254", true},
        {"0.0.0.0", true},
        {"100.64.0.1", true},
        {"::1", true},
        {"::", true},
        {"fe80::1", true},
        {"fe80::1%1", true},
        {"fd00::1", true},
        {"::ffff:127.0.0.1", true},
        {"64:ff9b::a00:1", true},
        {"8.8.8.8", false},
        {"::ffff:8.8.8.8", false},
        {"2606:4700::1111", false},
    }));
    CAPTURE(text);
    CHECK(refuses(http::asio::ip::make_address(text)).empty() != refused);
}

TEST_CASE("Every origin has the proxy that its own name asks for") {
    const auto environment = [](const std::string& name) -> std::string {
        if (name == "HTTPS_PROXY") return "proxy.corp.example:3128";
        return name == "NO_PROXY" ? "registry.corp.example" : "";
    };
    const Reach reach{http::ProxyRoutes::from_environment(environment).value(), {}};
    CHECK(options_for(reach, "https://registry.corp.example").proxy == nullptr);
    REQUIRE(options_for(reach, "https://cdn.example").proxy);
    CHECK(options_for(reach, "https://cdn.example").proxy->url() == "http://proxy.corp.example:3128");
    CHECK(options_for(reach, "http://cdn.example").proxy == nullptr);
}
