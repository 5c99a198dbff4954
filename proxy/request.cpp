#include "proxy/request.h"

#include <algorithm>
#include <chrono>

#include "base/strict_json.h"
#include "proxy/answer_headers.h"
#include "registry/query.h"
#include "registry/retry_after.h"

namespace proxy {
namespace {

constexpr std::size_t kReasonPhraseLimit = 120;  // oci-proxying 1.6
constexpr std::size_t kRefusalBodyLimit = 64 * 1024;
constexpr std::chrono::seconds kRetryAfter{5};  // of a 503, where the upstream does not say
constexpr std::chrono::seconds kDeleteTime{60};

// The upstream's error body, if it is a small JSON document; clients show nothing else.
http::Async<base::Bytes> json_body(http::ClientResponse& answer) {
    CO_TRY(auto body, co_await http::read_all(answer.body(), kRefusalBodyLimit));
    if (!base::json::parse(base::as_text(body))) co_return base::fail(base::ErrorCode::invalid_input, "not JSON");
    co_return body;
}

registry::ApiError from_upstream_status(unsigned status, registry::ApiCode missing) {
    const auto text = "the upstream registry answered " + std::to_string(status);
    if (status == 404) return {missing, 404, text};
    if (status < 400) return {registry::ApiCode::unavailable, 502, text};
    if (status >= 500) return {registry::ApiCode::unavailable, 503, text};
    return {registry::ApiCode::unknown, status, text};
}

}  // namespace

http::Async<void> Request::respond(http::ResponseHead answer, base::BytesView content) {
    status = answer.status;
    co_return co_await exchange.respond(std::move(answer), content);
}

http::Async<void> Request::respond_head(http::ResponseHead answer, std::optional<std::uint64_t> length) {
    status = answer.status;
    co_return co_await exchange.respond_head(std::move(answer), length);
}

http::Async<void> Request::respond_stream(http::ResponseHead answer, http::BodySource& body) {
    status = answer.status;
    co_return co_await exchange.respond_stream(std::move(answer), body);
}

http::Async<void> Request::fail(registry::ApiError error, std::string_view reason) {
    if (error.status == 503 && !error.retry_after) error.retry_after = kRetryAfter;
    auto answer = registry::error_head(error);
    if (!reason.empty()) answer.reason = registry::one_ascii_line(reason).substr(0, kReasonPhraseLimit);
    const auto body = registry::error_body(error);
    co_return co_await respond(std::move(answer), base::as_bytes(body));
}

http::Async<void> Request::pass_refusal(http::ClientResponse& answer, registry::ApiCode missing) {
    const auto upstream_status = answer.head().status;
    // A challenge is between the gate and its upstream: the client could not answer it here.
    if (upstream_status == 401) {
        registry::ApiError error(registry::ApiCode::denied, "the upstream registry refuses this gate's credentials");
        co_return co_await fail(std::move(error));
    }
    const auto wait = registry::retry_after(answer.head().headers, shared.clock());
    auto body = co_await json_body(answer);
    if (!body || upstream_status < 400 || upstream_status > 599) {
        auto error = from_upstream_status(upstream_status, missing);
        error.retry_after = wait;
        co_return co_await fail(std::move(error));
    }
    http::ResponseHead passed;
    passed.status = upstream_status;
    passed.headers = protocol_headers(answer.head().headers);
    passed.headers.set("Content-Type", "application/json");
    passed.headers.remove("Retry-After");
    if (wait) passed.headers.set("Retry-After", std::to_string(wait->count()));
    co_return co_await respond(std::move(passed), *body);
}

http::Async<void> Request::fail_upstream(const base::Error& error, registry::ApiCode missing) {
    using base::ErrorCode;
    switch (error.code()) {
        case ErrorCode::not_found: {
            registry::ApiError unknown(missing, "unknown to the upstream registry");
            co_return co_await fail(std::move(unknown));
        }
        case ErrorCode::unauthorized:
        case ErrorCode::denied: {
            registry::ApiError refused(registry::ApiCode::denied, "the upstream registry refuses: " + error.message());
            co_return co_await fail(std::move(refused));
        }
        case ErrorCode::too_large:
        case ErrorCode::unverified:
        case ErrorCode::invalid_input: {
            registry::ApiError broken(registry::ApiCode::denied, "the upstream registry's answer is refused: " + error.message());
            co_return co_await fail(std::move(broken));
        }
        case ErrorCode::internal: {
            shared.log.error("request " + id + ": " + error.message());
            registry::ApiError internal(registry::ApiCode::unknown, 500, "internal error; request " + id);
            co_return co_await fail(std::move(internal));
        }
        case ErrorCode::unavailable:
        case ErrorCode::timed_out: break;
    }
    const auto text = "countersign: the registry failed: " + error.message();
    registry::ApiError unavailable(registry::ApiCode::unavailable, 503, text);
    unavailable.retry_after = error.retry_after();
    co_return co_await fail(std::move(unavailable), text);
}

registry::PublicBase RoutedRequest::public_base() const {
    const auto name = destination.prefix + destination.repository.text();
    const auto& server = request.shared.config.server;
    const auto own = (request.exchange.tls() ? "https://" : "http://") + request.authority;
    // Another name than the virtual host's would lead to another upstream.
    if (destination.by_host) return {own, name};
    if (server.public_url) return {server.public_url->url(), name};
    const auto listed = [&](const std::string& host) { return http::names_equal(host, request.authority); };
    if (std::ranges::none_of(server.hosts, listed)) return {"", name};
    return {own, name};
}

std::string RoutedRequest::with_ns(std::string url) const {
    if (destination.ns.empty()) return url;
    url += url.find('?') == std::string::npos ? '?' : '&';
    return url + "ns=" + registry::percent_encode(destination.ns);
}

http::Async<http::ClientResponse> RoutedRequest::remove(std::string target) {
    http::RequestHead head;
    head.method = "DELETE";
    head.target = std::move(target);
    co_return co_await exchange(std::move(head), nullptr, base::Deadline::after(kDeleteTime));
}

http::Async<void> RoutedRequest::answer_removed(base::Result<http::ClientResponse> answer, registry::ApiCode missing) {
    if (!answer) co_return co_await request.fail_upstream(answer.error(), missing);
    if (answer->head().status / 100 != 2) co_return co_await request.pass_refusal(*answer, missing);
    http::ResponseHead accepted;
    accepted.status = answer->head().status;
    accepted.headers = protocol_headers(answer->head().headers);
    co_return co_await request.respond(std::move(accepted), base::BytesView());
}

registry::Url RoutedRequest::upstream_url(std::string target) const { return registry::Url{upstream.origin(), std::move(target)}; }

http::Async<http::ClientResponse> RoutedRequest::exchange(http::RequestHead head, http::BodySource* body, base::Deadline deadline) {
    const bool push = head.method != "GET" && head.method != "HEAD";
    co_return co_await upstream.exchange(std::move(head), body, destination.repository, push, deadline);
}

}  // namespace proxy
