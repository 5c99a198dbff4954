// A forward proxy as a configuration or an environment names it: where it is, and what it is told about who asks (RFC 9110 section 11.7).
// It is spoken to in plain HTTP; what goes through a tunnel is protected by the TLS inside it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "http/origin.h"

namespace http {

class ForwardProxy {
public:
    // [http://][user[:password]@]host[:port][/], user and password percent-encoded. Without a port it is 80, as in Go's clients.
    // Errors (invalid_input) never repeat the text: it may hold a password.
    [[nodiscard]] static base::Result<std::shared_ptr<const ForwardProxy>> parse(std::string_view url);

    [[nodiscard]] const std::string& host() const { return origin_.host(); }
    [[nodiscard]] std::uint16_t port() const { return origin_.port(); }
    [[nodiscard]] std::string url() const { return origin_.url(); }  // without user and password: for messages
    // The value of Proxy-Authorization; nullopt where the URL names no user.
    [[nodiscard]] const std::optional<base::Secret>& authorization() const { return authorization_; }

private:
    ForwardProxy(Origin origin, std::optional<base::Secret> authorization)
        : origin_(std::move(origin)), authorization_(std::move(authorization)) {}
    Origin origin_;
    std::optional<base::Secret> authorization_;
};

}  // namespace http
