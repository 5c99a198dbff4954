// Link (RFC 8288) and the resolution of references that upstreams send (RFC 3986 section 5): the input is a field
// value. A next page must not carry the gate to another service or another listing.
#include "registry/link.h"

#include <algorithm>
#include <string>

#include "http/grammar.h"
#include "registry/location.h"
#include "registry/url.h"
#include "test/fuzz/property.h"

namespace {

using fuzz::require;

const registry::Url& listing() {
    static const auto url = registry::parse_url("https://registry.example/v2/acme/app/tags/list?n=100").value();
    return url;
}

void check_url(const registry::Url& url) {
    require(http::is_request_target(url.target), "a resolved target is a request target");
    const auto again = registry::parse_url(url.text());
    require(again && again->origin == url.origin && again->target == url.target, "a resolved URL is its own spelling");
    auto rest = url.path().substr(1);
    while (!rest.empty()) {
        const auto slash = std::min(rest.find('/'), rest.size());
        require(rest.substr(0, slash) != "." && rest.substr(0, slash) != "..", "a resolved path has no dot segment");
        rest.remove_prefix(std::min(slash + 1, rest.size()));
    }
}

void check_reference(std::string_view reference) {
    if (const auto url = registry::resolve(listing(), reference)) check_url(*url);
    const auto repository = registry::RepositoryName::parse("acme/app").value();
    const auto upload = registry::parse_upload_location(listing(), reference, repository);
    if (!upload) return;
    require(upload->repository == repository, "an upload stays in its repository");
    const auto target = registry::canonical_target(*upload);
    require(registry::parse_route("PATCH", target).has_value(), "an upload's way back is a route");
}

void check_link(std::string_view value) {
    const auto next = registry::next_link(value);
    if (next && *next) require(value.find("<" + **next + ">") != std::string_view::npos, "the next link stands in the field");
    http::Headers headers;
    headers.add("Link", value);
    const auto page = registry::next_page(listing(), headers);
    if (page && *page) {
        require((*page)->origin == listing().origin && (*page)->path() == listing().path(), "the next page is in the same listing");
        check_url(**page);
    }
    const registry::PublicBase client("https://gate.example", "mirror/acme/app");
    const auto shown = registry::public_tags_link(listing(), headers, client);
    if (!shown || !*shown) return;
    require(page && *page, "a link is shown only for a next page");
    require((*shown)->starts_with("<https://gate.example/v2/mirror/acme/app/tags/list?"), "a shown link leads to the gate");
    require(http::is_field_text(**shown), "a shown link can be written");
    const auto back = registry::next_link(**shown);
    require(back && *back && "<" + **back + ">; rel=\"next\"" == **shown, "a shown link is one link");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto value = fuzz::as_text(data, size);
    check_link(value);
    check_reference(value);
    return 0;
}
