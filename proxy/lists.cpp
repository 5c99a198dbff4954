#include "proxy/lists.h"

#include <chrono>

#include "base/json_writer.h"
#include "proxy/answer_headers.h"
#include "registry/link.h"

namespace proxy {
namespace {

using registry::ApiCode;
using registry::ApiError;
using namespace std::chrono_literals;

constexpr auto kListTime = 25s;
constexpr std::size_t kTagPageLimit = 16 * 1024 * 1024;

std::string descriptor_json(const registry::Descriptor& descriptor) {
    base::json::ObjectWriter json;
    json.add("mediaType", descriptor.media_type);
    json.add("digest", descriptor.digest.to_string());
    json.add("size", static_cast<std::int64_t>(descriptor.size));
    if (!descriptor.artifact_type.empty()) json.add("artifactType", descriptor.artifact_type);
    if (!descriptor.annotations.empty()) {
        base::json::ObjectWriter annotations;
        for (const auto& [name, value] : descriptor.annotations) annotations.add(name, value);
        json.add_raw("annotations", annotations.text());
    }
    return json.text();
}

std::string referrers_index(const registry::ReferrersPage& page, std::string_view artifact_type) {
    base::json::ArrayWriter manifests;
    for (const auto& descriptor : page.descriptors) {
        if (artifact_type.empty() || descriptor.artifact_type == artifact_type) manifests.add_raw(descriptor_json(descriptor));
    }
    base::json::ObjectWriter index;
    index.add("schemaVersion", std::int64_t{2}).add("mediaType", registry::kOciIndex).add_raw("manifests", manifests.text());
    return index.text();
}

// <url>; rel="next", the url with the ns parameter that chose this upstream.
std::string link_with_ns(const RoutedRequest& routed, std::string_view link) {
    const auto end = link.find('>');
    return "<" + routed.with_ns(std::string(link.substr(1, end - 1))) + std::string(link.substr(end));
}

}  // namespace

http::Async<void> list_tags(RoutedRequest& routed, const registry::TagsRoute& route) {
    registry::TagsRoute there{routed.destination.repository, route.query};
    http::RequestHead head;
    head.method = "GET";
    head.target = registry::canonical_target(there);
    const auto url = routed.upstream_url(head.target);
    auto answer = co_await routed.exchange(std::move(head), nullptr, base::Deadline::after(kListTime));
    if (!answer) co_return co_await routed.request.fail_upstream(answer.error(), ApiCode::name_unknown);
    if (answer->head().status != 200) co_return co_await routed.request.pass_refusal(*answer, ApiCode::name_unknown);
    const auto link = registry::public_tags_link(url, answer->head().headers, routed.public_base());
    if (!link) co_return co_await routed.request.fail_upstream(link.error(), ApiCode::name_unknown);
    const auto tags = co_await http::read_all(answer->body(), kTagPageLimit);
    if (!tags) co_return co_await routed.request.fail_upstream(tags.error(), ApiCode::name_unknown);
    http::ResponseHead listing;
    listing.headers = protocol_headers(answer->head().headers);
    if (*link) listing.headers.set("Link", link_with_ns(routed, **link));
    co_return co_await routed.request.respond(std::move(listing), *tags);
}

http::Async<void> list_referrers(RoutedRequest& routed, const registry::ReferrersRoute& route) {
    const auto page = co_await routed.upstream.referrers(routed.destination.repository, route.subject, base::Deadline::after(kListTime));
    if (!page) co_return co_await routed.request.fail_upstream(page.error(), ApiCode::name_unknown);
    if (!page->supported) {
        ApiError unsupported(ApiCode::unsupported, 404, "the upstream registry has no referrers API; the fallback tag is served");
        co_return co_await routed.request.fail(std::move(unsupported));
    }
    if (page->truncated) {
        routed.request.shared.log.warn("referrers of " + routed.destination.canonical + "@" + route.subject.short_form() +
                                       ": more than the limit, the list is cut");
    }
    const auto body = referrers_index(*page, route.artifact_type);
    http::ResponseHead listing;
    // Exactly this text: go-containerregistry compares it for equality (oci-proxying 5.5).
    listing.headers.set("Content-Type", registry::kOciIndex);
    listing.headers.set("Docker-Distribution-Api-Version", "registry/2.0");
    if (!route.artifact_type.empty()) listing.headers.set("OCI-Filters-Applied", "artifactType");
    co_return co_await routed.request.respond(std::move(listing), base::as_bytes(body));
}

}  // namespace proxy
