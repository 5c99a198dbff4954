#include "registry/reach.h"

#include <algorithm>

#include "registry/address.h"

namespace registry {
namespace {

std::string refuse_inside(const http::asio::ip::address& address) {
    return is_inside_address(address.to_string()) ? "an inside address; internal_hosts of the upstream can permit the host" : std::string();
}

}  // namespace

bool Reach::may_be_inside(const http::Origin& registry, const std::string& host) const {
    return host == registry.host() || std::ranges::find(internal_hosts, host) != internal_hosts.end();
}

http::ClientOptions Reach::options_for(const http::Origin& registry, const http::Origin& target, http::ClientOptions options) const {
    options.proxy = proxies.find(target);
    if (!may_be_inside(registry, target.host())) options.refuses = refuse_inside;
    return options;
}

}  // namespace registry
