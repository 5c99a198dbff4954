#include "proxy/upstream_table.h"

#include "test/support/catch.h"

using namespace proxy;

namespace {

UpstreamSettings upstream(std::string registry) {
    UpstreamSettings settings{std::move(registry), http::Origin::parse("https://upstream.example").value(), {}, {}, {}, false, {}, {}};
    return settings;
}

std::vector<UpstreamSettings> four() {
    std::vector<UpstreamSettings> settings{upstream("by.ns"), upstream("by.host"), upstream("by.prefix"), upstream("by.default")};
    settings[0].ns = {"docker.io"};
    settings[1].host = "hub.gate.example";
    settings[2].prefix = "ghcr";
    settings[3].is_default = true;
    return settings;
}

std::string found(const UpstreamTable& table, std::string_view ns, std::string_view authority, const char* repository) {
    const auto destination = table.find(ns, authority, registry::RepositoryName::parse(repository).value());
    return destination ? destination->canonical : "nothing";
}

}  // namespace

TEST_CASE("an upstream is found by ns, then host, then prefix, then default") {
    const auto settings = four();
    const UpstreamTable table(settings);
    CHECK(found(table, "docker.io", "hub.gate.example", "ghcr/a") == "by.ns/ghcr/a");
    CHECK(found(table, "", "HUB.gate.example", "ghcr/a") == "by.host/ghcr/a");
    CHECK(found(table, "", "gate.example", "ghcr/acme/app") == "by.prefix/acme/app");
    CHECK(found(table, "", "gate.example", "ghcrx/app") == "by.default/ghcrx/app");
    CHECK(found(table, "", "gate.example", "ghcr") == "by.default/ghcr");
}

TEST_CASE("an ns that is not listed finds nothing, whatever else would fit") {
    const auto settings = four();
    const UpstreamTable table(settings);
    CHECK(found(table, "quay.io", "hub.gate.example", "ghcr/a") == "nothing");
    CHECK(found(table, "docker.io.evil", "", "a") == "nothing");
}

TEST_CASE("an official image of Docker Hub has one name") {
    auto settings = four();
    settings[2].registry = "docker.io";
    const UpstreamTable table(settings);
    CHECK(found(table, "", "gate.example", "ghcr/nginx") == "docker.io/library/nginx");
    CHECK(found(table, "", "gate.example", "ghcr/library/nginx") == "docker.io/library/nginx");
    CHECK(found(table, "", "gate.example", "ghcr/acme/app") == "docker.io/acme/app");
    CHECK(found(table, "", "gate.example", "nginx") == "by.default/nginx");
}

TEST_CASE("a virtual host without a port is meant on every port") {
    auto settings = four();
    const UpstreamTable table(settings);
    CHECK(found(table, "", "hub.gate.example:5443", "a") == "by.host/a");
    CHECK(found(table, "", "hub.gate.example.evil:5443", "a") == "by.default/a");
    settings[1].host = "hub.gate.example:443";
    CHECK(found(table, "", "hub.gate.example:5443", "a") == "by.default/a");
}

TEST_CASE("without a default, what matches nothing finds nothing") {
    auto settings = four();
    settings[3].is_default = false;
    const UpstreamTable table(settings);
    CHECK(found(table, "", "gate.example", "other/app") == "nothing");
    const auto destination = table.find("", "", registry::RepositoryName::parse("ghcr/a").value());
    CHECK(destination->prefix == "ghcr/");
    CHECK(destination->repository.text() == "a");
}
