// Which connections go through which forward proxy: decided by the name of each origin, before anything is resolved. A redirect's target
// and a token service are origins of their own.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "http/forward_proxy.h"
#include "http/no_proxy.h"
#include "http/origin.h"

namespace http {

class ProxyRoutes {
public:
    // The value of a variable; empty where it is not set. Whoever starts the program passes it: nothing in here reads the environment.
    using Environment = std::function<std::string(const std::string& name)>;

    ProxyRoutes() = default;  // everything directly
    // Everything through one proxy, this machine's own addresses included: somebody asked for it by name.
    [[nodiscard]] static ProxyRoutes always(std::shared_ptr<const ForwardProxy> proxy);
    // HTTPS_PROXY for https, HTTP_PROXY for http, and NO_PROXY (no_proxy.h), in capitals before small letters, as Go's clients read them.
    // localhost and loopback addresses are always reached directly.
    //
    // curl ignores HTTP_PROXY in capitals, because a CGI program finds a client's `Proxy` field there (CVE-2016-5385). This program is no
    // CGI program, and an environment that docker and podman heed should not be half heeded here; so, as in Go, capitals count unless
    // REQUEST_METHOD says that this is CGI after all.
    // Error: invalid_input, naming the variable and never its value.
    [[nodiscard]] static base::Result<ProxyRoutes> from_environment(const Environment& environment);

    // Null: directly.
    [[nodiscard]] std::shared_ptr<const ForwardProxy> find(const Origin& origin) const;

private:
    std::shared_ptr<const ForwardProxy> for_tls_;
    std::shared_ptr<const ForwardProxy> for_plain_;
    NoProxy no_proxy_;
    bool own_addresses_too_ = false;
};

}  // namespace http
