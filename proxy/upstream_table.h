// Which upstream a request means, and what its repository is called there. One function decides and its answer is used for everything:
// policy, credentials, caches and the upstream request (design 6; oci-proxying 2.15).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/config.h"
#include "registry/names.h"
#include "registry/route.h"

namespace proxy {

struct Destination {
    std::size_t upstream;                 // index into Config::upstreams
    registry::RepositoryName repository;  // as the upstream knows it
    std::string canonical;                // registry/repository
    std::string prefix;                   // what stands before the repository on the gate: "" or "ghcr/"
    std::string ns;                       // the ns parameter, where it chose the upstream
    bool by_host = false;                 // the virtual host chose it
};

class UpstreamTable {
public:
    explicit UpstreamTable(const std::vector<UpstreamSettings>& upstreams) : upstreams_(upstreams) {}

    // In this order: containerd's ns (an exact match or nothing), virtual host, path prefix, the default. nullopt: 404.
    [[nodiscard]] std::optional<Destination> find(std::string_view ns, std::string_view authority,
                                                  const registry::RepositoryName& asked) const;

private:
    [[nodiscard]] std::optional<Destination> destination(std::size_t upstream, std::string_view repository, std::string prefix) const;
    const std::vector<UpstreamSettings>& upstreams_;
};

// The repository that a route names; nullopt for /v2/.
[[nodiscard]] std::optional<registry::RepositoryName> repository_of(const registry::Route& route);

}  // namespace proxy
