#include "proxy/upstream_table.h"

#include <algorithm>

#include "http/message.h"

namespace proxy {
namespace {

// A virtual host is written with or without a port; without one it is meant on every port.
bool is_host(std::string_view configured, std::string_view authority) {
    if (http::names_equal(configured, authority)) return true;
    const auto colon = authority.rfind(':');
    const bool has_port = colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
    return has_port && http::names_equal(configured, authority.substr(0, colon));
}

}  // namespace

std::optional<Destination> UpstreamTable::destination(std::size_t upstream, std::string_view repository, std::string prefix) const {
    // Docker Hub's official images have one name, whatever is typed: policy and registry must not see two (oci-proxying 2.20).
    const bool is_short = upstreams_[upstream].registry == "docker.io" && repository.find('/') == std::string_view::npos;
    auto name = registry::RepositoryName::parse((is_short ? "library/" : "") + std::string(repository));
    if (!name) return std::nullopt;
    auto canonical = upstreams_[upstream].registry + "/" + name->text();
    return Destination{upstream, *std::move(name), std::move(canonical), std::move(prefix), {}, false};
}

std::optional<Destination> UpstreamTable::find(std::string_view ns, std::string_view authority,
                                               const registry::RepositoryName& asked) const {
    if (!ns.empty()) {
        for (std::size_t i = 0; i < upstreams_.size(); ++i) {
            if (std::ranges::find(upstreams_[i].ns, ns) == upstreams_[i].ns.end()) continue;
            auto found = destination(i, asked.text(), "");
            if (found) found->ns = ns;
            return found;
        }
        return std::nullopt;
    }
    for (std::size_t i = 0; i < upstreams_.size(); ++i) {
        if (!upstreams_[i].host || !is_host(*upstreams_[i].host, authority)) continue;
        auto found = destination(i, asked.text(), "");
        if (found) found->by_host = true;
        return found;
    }
    const std::string_view name = asked.text();
    for (std::size_t i = 0; i < upstreams_.size(); ++i) {
        if (!upstreams_[i].prefix) continue;
        auto prefix = *upstreams_[i].prefix + "/";
        if (name.starts_with(prefix)) return destination(i, name.substr(prefix.size()), std::move(prefix));
    }
    for (std::size_t i = 0; i < upstreams_.size(); ++i) {
        if (upstreams_[i].is_default) return destination(i, name, "");
    }
    return std::nullopt;
}

std::optional<registry::RepositoryName> repository_of(const registry::Route& route) {
    return std::visit(
        [](const auto& endpoint) -> std::optional<registry::RepositoryName> {
            if constexpr (requires { endpoint.repository; }) {
                return endpoint.repository;
            } else {
                return std::nullopt;
            }
        },
        route.endpoint);
}

}  // namespace proxy
