#include "proxy/admin.h"

#include <string_view>

namespace proxy {
namespace {

http::Async<void> answer(http::Exchange& exchange, unsigned status, std::string_view text) {
    http::ResponseHead head;
    head.status = status;
    head.headers.set("Content-Type", "text/plain");
    head.headers.set("Cache-Control", "no-store");
    if (status == 405) head.headers.set("Allow", "GET, HEAD");
    co_return co_await exchange.respond(std::move(head), base::as_bytes(text));
}

}  // namespace

http::Async<void> Admin::handle(http::Exchange& exchange) {
    const auto& request = exchange.head();
    if (request.method != "GET" && request.method != "HEAD") co_return co_await answer(exchange, 405, "only GET and HEAD\n");
    if (request.target == "/healthz") co_return co_await answer(exchange, 200, "ok\n");
    if (request.target == "/readyz") {
        const bool ready = ready_.load(std::memory_order_relaxed);
        co_return co_await answer(exchange, ready ? 200 : 503, ready ? "ready\n" : "not ready\n");
    }
    co_return co_await answer(exchange, 404, "no such page\n");
}

}  // namespace proxy
