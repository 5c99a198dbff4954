#include "proxy/push.h"

#include <chrono>

#include "proxy/answer_headers.h"
#include "proxy/forget_written.h"
#include "registry/manifest.h"

namespace proxy {
namespace {

using registry::ApiCode;
using registry::ApiError;
using namespace std::chrono_literals;

constexpr auto kPushTime = 60s;

std::string upstream_target(const RoutedRequest& routed, const registry::ManifestRoute& route) {
    registry::ManifestRoute there{routed.destination.repository, route.reference, route.extra_tags};
    return registry::canonical_target(there);
}

// The client's bytes as a manifest, or the answer that refuses them.
http::Async<registry::Manifest> read_manifest(Request& request) {
    auto body = co_await http::read_all(request.exchange.body(), registry::kManifestLimit);
    if (!body) co_return std::unexpected(std::move(body).error());
    const auto type = request.head().headers.get("content-type");
    co_return registry::Manifest::parse(type.value_or(""), *std::move(body));
}

ApiError refusal_of(const base::Error& error, unsigned blame) {
    if (error.code() == base::ErrorCode::too_large) return {ApiCode::size_invalid, 413, error.message()};
    if (error.code() == base::ErrorCode::invalid_input) return {ApiCode::manifest_invalid, error.message()};
    return {ApiCode::manifest_invalid, blame, "the manifest did not arrive: " + error.message()};
}

http::Async<void> answer_created(RoutedRequest& routed, const registry::ManifestRoute& route, const registry::Manifest& manifest,
                                 http::ClientResponse& upstream) {
    http::ResponseHead answer;
    answer.status = upstream.head().status;
    answer.headers = protocol_headers(upstream.head().headers);
    answer.headers.remove("Content-Type");
    const auto* asked = route.reference.digest();
    answer.headers.set("Docker-Content-Digest", asked != nullptr ? asked->to_string() : manifest.digest().to_string());
    answer.headers.set("Location", routed.with_ns(routed.public_base().manifest(route.reference)));
    co_return co_await routed.request.respond(std::move(answer), base::BytesView());
}

}  // namespace

http::Async<void> push_manifest(RoutedRequest& routed, const registry::ManifestRoute& route) {
    const auto manifest = co_await read_manifest(routed.request);
    if (!manifest) {
        co_return co_await routed.request.fail(refusal_of(manifest.error(), routed.request.exchange.blame().value_or(400)));
    }
    const auto* asked = route.reference.digest();
    if (asked != nullptr && !asked->matches(manifest->raw())) {
        ApiError mismatch(ApiCode::digest_invalid, "the manifest does not hash to the digest in the URL");
        co_return co_await routed.request.fail(std::move(mismatch));
    }
    http::RequestHead head;
    head.method = "PUT";
    head.target = upstream_target(routed, route);
    head.headers.set("Content-Type", manifest->media_type());
    // Conditional pushes keep writers of the fallback index from overwriting each other (oci-proxying 2.10).
    for (const auto* name : {"If-Match", "If-None-Match"}) {
        if (const auto value = routed.request.head().headers.get(name)) head.headers.set(name, *value);
    }
    http::BytesBody body(base::Bytes(manifest->raw().begin(), manifest->raw().end()));
    const auto deadline = base::Deadline::after(kPushTime);
    auto answer = co_await routed.exchange(std::move(head), &body, deadline);
    if (may_be_written(answer)) forget_pushed(routed.request.shared, routed.destination.canonical, route, *manifest);
    if (!answer) co_return co_await routed.request.fail_upstream(answer.error(), ApiCode::name_unknown);
    if (answer->head().status / 100 != 2) co_return co_await routed.request.pass_refusal(*answer, ApiCode::manifest_unknown);
    co_return co_await answer_created(routed, route, *manifest, *answer);
}

http::Async<void> delete_manifest(RoutedRequest& routed, const registry::ManifestRoute& route) {
    auto answer = co_await routed.remove(upstream_target(routed, route));
    if (may_be_written(answer)) forget_deleted(routed.request.shared, routed.destination.canonical);
    co_return co_await routed.answer_removed(std::move(answer), ApiCode::manifest_unknown);
}

}  // namespace proxy
