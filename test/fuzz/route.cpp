// Routes: the input is a method, a blank and a target ("PUT /v2/a/manifests/1?tag=2"). What parses is sent upstream in
// its canonical form, so that form must mean the same and can lead nowhere else (oci-proxying 2.1, security rows 159
// and 165).
#include "registry/route.h"

#include <algorithm>
#include <string>

#include "http/grammar.h"
#include "test/fuzz/property.h"

namespace {

using fuzz::require;

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

void check_segments(std::string_view path) {
    require(path.starts_with("/v2/"), "a canonical path begins with /v2/");
    for (const char c : path) require(c != '%' && c != '\\' && c != ';', "a canonical path needs no escape and has no parameters");
    for (auto rest = path.substr(1); !rest.empty();) {
        const auto slash = std::min(rest.find('/'), rest.size());
        const auto segment = rest.substr(0, slash);
        require(!segment.empty() && segment != "." && segment != "..", "a canonical path has no empty and no dot segment");
        rest.remove_prefix(std::min(slash + 1, rest.size()));
    }
}

// The path is never another one than came in, but for the escaped colon of a digest and the slash of the root.
void check_same_path(std::string_view received, std::string_view canonical) {
    std::string expected(path_of(received));
    if (expected == "/v2") expected = "/v2/";
    const auto escape = std::min(expected.find("%3A"), expected.find("%3a"));
    if (escape != std::string::npos) expected.replace(escape, 3, ":");
    require(expected == path_of(canonical), "the canonical path is the one that was received");
}

void check_error(const registry::ApiError& error, std::string_view method) {
    require(error.status == 400 || error.status == 404 || error.status == 405, "what is no route is 400, 404 or 405");
    require((error.status == 405) == !error.allow.empty(), "405 says what is allowed");
    require(error.status != 405 || (", " + error.allow + ",").find(", " + std::string(method) + ",") == std::string::npos,
            "405 does not allow what it refuses");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto input = fuzz::as_text(data, size);
    const auto blank = std::min(input.find(' '), input.size());
    const auto method = input.substr(0, blank);
    const auto target = input.substr(std::min(blank + 1, input.size()));
    const auto route = registry::parse_route(method, target);
    if (!route) {
        check_error(route.error(), method);
        return 0;
    }
    require(route->method == method, "the method is kept");
    const auto canonical = registry::canonical_target(route->endpoint);
    require(http::is_request_target(canonical), "a canonical target is a request target");
    require(std::ranges::count(canonical, '?') <= 1, "a canonical target has one query at most");
    check_segments(path_of(canonical));
    check_same_path(target, canonical);
    const auto again = registry::parse_route(method, canonical);
    require(again.has_value(), "a canonical target parses");
    require(again->ns.empty(), "a canonical target has no ns");
    require(again->endpoint.index() == route->endpoint.index(), "a canonical target means the same endpoint");
    require(registry::canonical_target(again->endpoint) == canonical, "a canonical target is its own canonical form");
    return 0;
}
