// How far the gate's connections reach on behalf of one upstream. The configured host may be anywhere; hosts that a registry names, as
// targets of redirects or as its token service, may not be inside addresses, neither by their name (registry/address.h) nor by what it
// resolves to (oci-proxying 2.14; security-advisories 115), unless the configuration names them.
#pragma once

#include <string>
#include <vector>

#include "http/client.h"
#include "http/proxy_routes.h"

namespace registry {

struct Reach {
    http::ProxyRoutes proxies;
    std::vector<std::string> internal_hosts;  // as http::Origin has hosts

    // False: its name must not mean an inside address, and must not lead to one.
    [[nodiscard]] bool may_be_inside(const http::Origin& registry, const std::string& host) const;
    // `options` with the proxy and the address filter for connections to `target`. A proxy that resolves names filters for itself.
    [[nodiscard]] http::ClientOptions options_for(const http::Origin& registry, const http::Origin& target,
                                                  http::ClientOptions options) const;
};

}  // namespace registry
