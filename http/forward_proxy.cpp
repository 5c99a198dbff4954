#include "http/forward_proxy.h"

#include <algorithm>

#include "base/bytes.h"
#include "http/grammar.h"

namespace http {

using base::ErrorCode;
using base::fail;
using base::Result;

namespace {

constexpr std::string_view kForm = "expected http://[user:password@]host[:port]";

std::unexpected<base::Error> refuse(std::string_view what) {
    return fail(ErrorCode::invalid_input, std::string(what) + ", " + std::string(kForm));
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

Result<std::string> percent_decode(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded.push_back(text[i]);
            continue;
        }
        const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
        if (high < 0 || low < 0) return refuse("user or password has a % without two hexadecimal digits");
        decoded.push_back(static_cast<char>(high * 16 + low));
        i += 2;
    }
    return decoded;
}

// RFC 7617 section 2: no colon in the user name, no control characters in either.
Result<base::Secret> basic_authorization(std::string_view user_info) {
    const auto colon = user_info.find(':');
    TRY(const auto user, percent_decode(user_info.substr(0, colon)));
    TRY(auto password, percent_decode(colon == std::string_view::npos ? std::string_view() : user_info.substr(colon + 1)));
    if (user.find(':') != std::string::npos) return refuse("the user name has a colon");
    const base::Secret pair(user + ":" + std::move(password));
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (std::ranges::any_of(pair.reveal(), is_control)) return refuse("user or password has a control character");
    return base::Secret("Basic " + base::base64_encode(base::as_bytes(pair.reveal())));
}

}  // namespace

Result<std::shared_ptr<const ForwardProxy>> ForwardProxy::parse(std::string_view url) {
    const auto separator = url.find("://");
    if (separator != std::string_view::npos) {
        const auto scheme = to_lower(url.substr(0, separator));
        if (scheme == "https") return refuse("TLS to a proxy is not supported");
        if (scheme != "http") return refuse("is not an HTTP proxy");
        url.remove_prefix(separator + 3);
    }
    if (url.ends_with('/')) url.remove_suffix(1);
    std::optional<base::Secret> authorization;
    // The last "@": RFC 3986 has none in user information, but passwords are pasted as they are.
    if (const auto at = url.rfind('@'); at != std::string_view::npos) {
        TRY(authorization, basic_authorization(url.substr(0, at)));
        url.remove_prefix(at + 1);
    }
    auto origin = Origin::parse("http://" + std::string(url));
    if (!origin) return refuse("does not name a host");
    return std::shared_ptr<const ForwardProxy>(new ForwardProxy(*std::move(origin), std::move(authorization)));
}

}  // namespace http
