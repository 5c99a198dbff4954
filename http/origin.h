// Who is asked: scheme, host and port (RFC 9110 section 4.3.1).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace http {

// scheme://host[:port]; nothing after it.
class Origin {
public:
    [[nodiscard]] static base::Result<Origin> parse(std::string_view url);
    [[nodiscard]] bool tls() const { return tls_; }
    [[nodiscard]] const std::string& host() const { return host_; }  // lower case; IPv6 without brackets
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string authority() const;  // host[:port], port left out where it is the scheme's own
    [[nodiscard]] std::string url() const;        // scheme://authority
    bool operator==(const Origin&) const = default;

private:
    Origin(bool tls, std::string host, std::uint16_t port) : tls_(tls), host_(std::move(host)), port_(port) {}
    bool tls_;
    std::string host_;
    std::uint16_t port_;
};

}  // namespace http
