#include "proxy/upstream_table.h"

#include <algorithm>

#include "http/message.h"

namespace proxy {

std::optional<Destination> UpstreamTable::destination(std::size_t upstream, std::string_view repository, std::string prefix) const {
    auto name = registry::RepositoryName::parse(repository);
    if (!name) return std::nullopt;
    auto canonical = upstreams_[upstream].registry + "/" + name->text();
    return Destination{upstream, *std::move(name), std::move(canonical), std::move(prefix)};
}

std::optional<Destination> UpstreamTable::find(std::string_view ns, std::string_view authority,
                                               const registry::RepositoryName& asked) const {
    if (!ns.empty()) {
        for (std::size_t i = 0; i < upstreams_.size(); ++i) {
            if (std::ranges::find(upstreams_[i].ns, ns) != upstreams_[i].ns.end()) return destination(i, asked.text(), "");
        }
        return std::nullopt;
    }
    for (std::size_t i = 0; i < upstreams_.size(); ++i) {
        const auto& host = upstreams_[i].host;
        if (host && http::names_equal(*host, authority)) return destination(i, asked.text(), "");
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
