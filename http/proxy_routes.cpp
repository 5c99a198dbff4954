#include "http/proxy_routes.h"

#include <boost/asio/ip/address.hpp>

#include <vector>

namespace http {

using base::Result;

namespace {

using Proxy = std::shared_ptr<const ForwardProxy>;

// Of the first variable that is set.
Result<Proxy> read_proxy(const ProxyRoutes::Environment& environment, const std::vector<std::string>& names) {
    for (const auto& name : names) {
        const auto value = environment(name);
        if (value.empty()) continue;
        auto proxy = ForwardProxy::parse(value);
        if (!proxy) return std::unexpected(std::move(proxy).error().with_context(name));
        return proxy;
    }
    return Proxy();
}

bool is_this_machine(const std::string& host) {
    if (host == "localhost") return true;
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    return !error && unmapped(address).is_loopback();
}

}  // namespace

ProxyRoutes ProxyRoutes::always(Proxy proxy) {
    ProxyRoutes routes;
    routes.for_tls_ = proxy;
    routes.for_plain_ = std::move(proxy);
    routes.own_addresses_too_ = true;
    return routes;
}

Result<ProxyRoutes> ProxyRoutes::from_environment(const Environment& environment) {
    ProxyRoutes routes;
    TRY(routes.for_tls_, read_proxy(environment, {"HTTPS_PROXY", "https_proxy"}));
    std::vector<std::string> plain{"http_proxy"};
    if (environment("REQUEST_METHOD").empty()) plain.insert(plain.begin(), "HTTP_PROXY");
    TRY(routes.for_plain_, read_proxy(environment, plain));
    const auto capitals = environment("NO_PROXY");
    routes.no_proxy_ = NoProxy(capitals.empty() ? environment("no_proxy") : capitals);
    return routes;
}

Proxy ProxyRoutes::find(const Origin& origin) const {
    const auto& proxy = origin.tls() ? for_tls_ : for_plain_;
    if (!proxy || own_addresses_too_) return proxy;
    if (is_this_machine(origin.host()) || no_proxy_.matches(origin.host(), origin.port())) return nullptr;
    return proxy;
}

}  // namespace http
