#include "proxy/uploads.h"

#include "proxy/answer_headers.h"
#include "proxy/forget_written.h"

namespace proxy {
namespace {

using registry::ApiCode;
// The fields of a client's upload request that go upstream.
http::Headers upload_headers(const http::Headers& request) {
    http::Headers headers;
    for (const auto* name : {"Content-Type", "Content-Range"}) {
        if (const auto value = request.get(name)) headers.set(name, *value);
    }
    return headers;
}

// What the closing request created is a blob; until then Location names the session.
bool created_blob(const http::ResponseHead& answer) { return answer.status == 201; }

// An upload that goes on at an object store is the client's to go on with: the URL carries its own permission, the gate adds none, and a
// blob is inert until a manifest names it (2.12, rule 3). Never from https to http.
base::Result<std::string> external_location(const registry::Url& asked, const registry::Url& location) {
    if (asked.origin.tls() && !location.origin.tls()) {
        return base::fail(base::ErrorCode::unavailable, "the registry sends an upload to plain http: " + location.without_query());
    }
    return location.text();
}

class Upload {
public:
    Upload(RoutedRequest& routed, std::string target, const std::optional<base::Digest>& digest)
        : routed_(routed), target_(std::move(target)), digest_(digest) {}

    // Streams the client's body to the upstream and answers with what it said. No deadline: silence ends it, by the idle time-outs.
    http::Async<void> run(std::string method) {
        auto& request = routed_.request;
        const bool has_body = method == "POST" || method == "PATCH" || method == "PUT";
        http::RequestHead head;
        head.method = std::move(method);
        head.target = target_;
        head.headers = upload_headers(request.head().headers);
        auto* body = has_body ? &request.exchange.body() : nullptr;
        auto answer = co_await routed_.exchange(std::move(head), body, base::Deadline::never());
        if (!answer) co_return co_await fail(answer.error());
        if (answer->head().status / 100 != 2) co_return co_await request.pass_refusal(*answer, ApiCode::blob_upload_unknown);
        co_return co_await pass(*answer);
    }

private:
    // A client that stopped sending hears so; everything else is the upstream's failure.
    http::Async<void> fail(const base::Error& error) {
        auto& request = routed_.request;
        const auto blame = request.exchange.blame();
        if (!blame) co_return co_await request.fail_upstream(error, ApiCode::blob_upload_unknown);
        registry::ApiError broken(ApiCode::blob_upload_invalid, *blame, "the upload did not arrive: " + error.message());
        co_return co_await request.fail(std::move(broken));
    }

    http::Async<void> pass(http::ClientResponse& answer) {
        http::ResponseHead head;
        head.status = answer.head().status;
        head.headers = protocol_headers(answer.head().headers);
        head.headers.remove("Content-Type");
        const auto location = public_location(answer.head());
        if (!location) co_return co_await routed_.request.fail_upstream(location.error(), ApiCode::blob_upload_invalid);
        if (!location->empty()) head.headers.set("Location", *location);
        co_return co_await routed_.request.respond(std::move(head), base::BytesView());
    }

    [[nodiscard]] base::Result<std::string> public_location(const http::ResponseHead& answer) const {
        if (created_blob(answer) && digest_) return routed_.with_ns(routed_.public_base().blob(*digest_));
        const auto location = answer.headers.get("location");
        if (!location) return std::string();
        const auto asked = routed_.upstream_url(target_);
        TRY(const auto elsewhere, registry::resolve(asked, *location));
        if (elsewhere.origin != asked.origin) return external_location(asked, elsewhere);
        TRY(const auto session, registry::parse_upload_location(asked, *location, routed_.destination.repository));
        return routed_.with_ns(routed_.public_base().upload(session));
    }

    RoutedRequest& routed_;
    std::string target_;
    const std::optional<base::Digest>& digest_;
};

}  // namespace

http::Async<void> start_upload(RoutedRequest& routed, const registry::UploadStartRoute& route) {
    auto there = route;
    there.repository = routed.destination.repository;
    Upload upload(routed, registry::canonical_target(there), route.digest);
    co_return co_await upload.run("POST");
}

http::Async<void> continue_upload(RoutedRequest& routed, const registry::UploadRoute& route, std::string method) {
    auto there = route;
    there.repository = routed.destination.repository;
    Upload upload(routed, registry::canonical_target(there), route.digest);
    co_return co_await upload.run(std::move(method));
}

http::Async<void> delete_blob(RoutedRequest& routed, const registry::BlobRoute& route) {
    registry::BlobRoute there{routed.destination.repository, route.digest};
    auto answer = co_await routed.remove(registry::canonical_target(there));
    if (may_be_written(answer)) forget_deleted(routed.request.shared, routed.destination.canonical);
    co_return co_await routed.answer_removed(std::move(answer), ApiCode::blob_unknown);
}

}  // namespace proxy
