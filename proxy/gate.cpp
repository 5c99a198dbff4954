#include "proxy/gate.h"

#include <chrono>

#include "proxy/blobs.h"
#include "proxy/lists.h"
#include "proxy/pull.h"
#include "proxy/push.h"
#include "proxy/uploads.h"

namespace proxy {
namespace {

using registry::ApiCode;
using registry::ApiError;

// The right that a request needs. Pushers look before they write, so HEAD is open to either right; what it answers is judged all the
// same.
bool permitted(const RoutedRequest& routed, const registry::Route& route) {
    const bool is_upload =
        std::holds_alternative<registry::UploadStartRoute>(route.endpoint) || std::holds_alternative<registry::UploadRoute>(route.endpoint);
    if (is_upload || route.method == "PUT") return routed.permits(ClientAction::push);
    if (route.method == "DELETE") return routed.permits(ClientAction::remove);
    if (routed.permits(ClientAction::pull) || routed.permits(ClientAction::read_unverified)) return true;
    return route.method == "HEAD" && routed.permits(ClientAction::push);
}

http::Async<void> answer_ping(Request& request) {
    http::ResponseHead answer;
    answer.headers.set("Content-Type", "application/json");
    answer.headers.set("Docker-Distribution-Api-Version", "registry/2.0");
    co_return co_await request.respond(std::move(answer), base::as_bytes("{}"));
}

}  // namespace

Gate::Backend::Backend(http::asio::io_context& io, Pools pools, SharedState& shared, std::size_t number, Background& background)
    : upstream(io, pools.resolvers, shared.upstreams[number].config, shared.upstreams[number].tokens),
      manifests(upstream, background, shared.manifests, shared.config.upstreams[number].tag_ttl),
      collector(upstream, pools.workers, background, shared.evidence, shared.trust),
      gatekeeper({upstream, pools.workers, manifests, collector, shared.policies, shared.edges, shared.memory, shared.clock}) {}

Gate::Gate(http::asio::io_context& io, Pools pools, SharedState& shared)
    : shared_(shared),
      workers_(pools.workers),
      background_(io),
      logs_(io, shared.access.sink(), shared.decisions.sink()),
      ready_(std::make_shared<ReadyPulls>(shared, logs_)) {
    for (std::size_t number = 0; number < shared.upstreams.size(); ++number) {
        backends_.push_back(std::make_unique<Backend>(io, pools, shared, number, background_));
    }
}

http::asio::awaitable<void> Gate::stop() {
    co_await background_.stop();
    logs_.flush();
}

http::Async<void> Gate::handle(http::Exchange& exchange) {
    const auto started = std::chrono::steady_clock::now();
    Request request{exchange, shared_, new_decision_id(), std::string(exchange.head().headers.get("host").value_or(""))};
    AccessRecord access;
    access.time = shared_.clock();
    // An exception is the server's to report; the request is logged all the same.
    base::Result<void> result;
    std::exception_ptr thrown;
    try {
        result = co_await answer(request, access);
    } catch (...) {
        thrown = std::current_exception();
    }
    const auto peer = exchange.peer();
    access.id = request.id;
    access.peer = peer;
    access.method = exchange.head().method;
    access.target = exchange.head().target;
    access.repository = request.canonical;
    access.status = request.status;
    access.bytes = exchange.bytes_sent();
    access.duration = std::chrono::steady_clock::now() - started;
    write_access(access);
    if (thrown) std::rethrow_exception(thrown);
    co_return result;
}

// What went well may come a moment late; for what did not somebody may be waiting.
void Gate::write_access(const AccessRecord& access) {
    shared_.access.append(logs_.access().text(), access);
    logs_.access().end_line();
    if (access.status == 0 || access.status >= 400) logs_.access().flush();
}

http::Async<void> Gate::answer(Request& request, AccessRecord& access) {
    auto route = registry::parse_route(request.head().method, request.head().target);
    if (!route) co_return co_await request.fail(std::move(route).error());
    const auto asked = repository_of(*route);
    if (!asked) co_return co_await answer_ping(request);
    auto destination = shared_.destinations.find(route->ns, request.authority, *asked);
    if (!destination) {
        ApiError unknown(ApiCode::name_unknown, "no upstream of this gate serves " + asked->text());
        co_return co_await request.fail(std::move(unknown));
    }
    request.canonical = destination->canonical;
    access.upstream = shared_.config.upstreams[destination->upstream].registry;
    auto& backend = *backends_[destination->upstream];
    RoutedRequest routed{request, *std::move(destination), backend.upstream, backend.manifests, backend.gatekeeper, *ready_, workers_};
    if (!permitted(routed, *route)) {
        ApiError denied(ApiCode::denied, "no grant permits this on " + routed.destination.canonical);
        co_return co_await request.fail(std::move(denied));
    }
    co_return co_await dispatch(routed, *route);
}

http::Async<void> Gate::dispatch(RoutedRequest& routed, const registry::Route& route) {
    if (const auto* manifest = std::get_if<registry::ManifestRoute>(&route.endpoint)) {
        if (route.method == "PUT") co_return co_await push_manifest(routed, *manifest);
        if (route.method == "DELETE") co_return co_await delete_manifest(routed, *manifest);
        co_return co_await serve_manifest(routed, *manifest);
    }
    if (const auto* blob = std::get_if<registry::BlobRoute>(&route.endpoint)) {
        if (route.method == "DELETE") co_return co_await delete_blob(routed, *blob);
        co_return co_await serve_blob(routed, *blob);
    }
    if (const auto* start = std::get_if<registry::UploadStartRoute>(&route.endpoint)) co_return co_await start_upload(routed, *start);
    if (const auto* upload = std::get_if<registry::UploadRoute>(&route.endpoint)) {
        co_return co_await continue_upload(routed, *upload, route.method);
    }
    if (const auto* tags = std::get_if<registry::TagsRoute>(&route.endpoint)) co_return co_await list_tags(routed, *tags);
    if (const auto* referrers = std::get_if<registry::ReferrersRoute>(&route.endpoint)) {
        co_return co_await list_referrers(routed, *referrers);
    }
    ApiError unsupported(ApiCode::unsupported, "this gate does not serve that");
    co_return co_await routed.request.fail(std::move(unsupported));
}

}  // namespace proxy
