#include "http/origin.h"

#include "http/grammar.h"

namespace http {

using base::ErrorCode;
using base::fail;
using base::Result;

namespace {

constexpr std::uint16_t kPlainPort = 80;
constexpr std::uint16_t kTlsPort = 443;

}  // namespace

Result<Origin> Origin::parse(std::string_view url) {
    const auto separator = url.find("://");
    const auto scheme = to_lower(url.substr(0, separator));
    if (separator == std::string_view::npos || (scheme != "http" && scheme != "https")) {
        return fail(ErrorCode::invalid_input, "origin does not begin with http:// or https://");
    }
    const bool tls = scheme == "https";
    auto authority = parse_authority(url.substr(separator + 3));
    if (!authority || authority->port == 0) return fail(ErrorCode::invalid_input, "origin is not scheme://host[:port]");
    return Origin(tls, std::move(authority->host), authority->port.value_or(tls ? kTlsPort : kPlainPort));
}

std::string Origin::authority() const {
    const auto host = host_.find(':') == std::string::npos ? host_ : "[" + host_ + "]";
    if (port_ == (tls_ ? kTlsPort : kPlainPort)) return host;
    return host + ":" + std::to_string(port_);
}

std::string Origin::url() const { return (tls_ ? "https://" : "http://") + authority(); }

}  // namespace http
