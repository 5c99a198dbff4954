#include "http/server_connection.h"

#include <array>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "http/head_writer.h"

namespace http {

using base::Deadline;
using base::Error;
using base::ErrorCode;
using base::fail;
using base::Result;

namespace {

constexpr std::chrono::milliseconds kNoLimit = std::chrono::milliseconds::max();
constexpr std::size_t kDrainLimit = 64 * 1024;
constexpr std::chrono::milliseconds kDrainTime{2'000};
constexpr std::chrono::milliseconds kRefusalTime{5'000};

}  // namespace

void ServerContext::tell(std::string_view peer, std::string_view what) const noexcept {
    try {
        if (report) report(peer, what);
    } catch (...) {  // a log that fails must not take a connection with it
    }
}

asio::awaitable<void> ServerConnection::serve() {
    // Cancellation ends single operations; nothing here or in a handler is torn out of a co_await.
    co_await asio::this_coro::throw_if_cancelled(false);
    if (stream_->tls()) {
        const StreamLimits limits{kNoLimit, Deadline::after(context_->options.handshake_timeout)};
        stream_->set_limits(limits);
        idle_ = true;
        const auto accepted = co_await stream_->accept_tls();
        idle_ = false;
        if (!accepted) context_->tell(peer(), accepted.error().message());
        if (!accepted) co_return;
    }
    while (co_await serve_request() == Next::request) {
    }
}

void ServerConnection::stop_if_idle() {
    if (idle_) stream_->cancel();
}

void ServerConnection::break_off() {
    stream_->abort();
    cancellation_.emit(asio::cancellation_type::terminal);
}

// False: the connection ends between two requests, which is nobody's fault.
asio::awaitable<bool> ServerConnection::wait_for_request(Deadline deadline) {
    if (!input_.empty()) co_return true;
    if (context_->stopping) co_return false;
    const StreamLimits limits{kNoLimit, deadline};
    stream_->set_limits(limits);
    idle_ = true;
    const auto any = co_await input_.wait();
    idle_ = false;
    co_return any && *any;
}

Async<ParsedRequest> ServerConnection::read_request(Deadline deadline) {
    const StreamLimits limits{kNoLimit, deadline};
    stream_->set_limits(limits);
    CO_TRY(const auto raw, co_await input_.read_head(context_->options.head_limit));
    CO_TRY(auto request, parse_request_head(raw, context_->options.field_limit));
    co_return request;
}

asio::awaitable<ServerConnection::Next> ServerConnection::serve_request() {
    // A new connection owes its first head from the start; later ones may be idle before their head begins.
    const bool first = std::exchange(first_, false);
    const auto opening = Deadline::after(context_->options.head_timeout);
    const bool any = co_await wait_for_request(first ? opening : Deadline::after(context_->options.idle_timeout));
    if (!any) co_return Next::close;
    auto request = co_await read_request(first ? opening : Deadline::after(context_->options.head_timeout));
    if (request) co_return co_await answer(*std::move(request));
    context_->tell(peer(), request.error().message());
    if (request.error().code() == ErrorCode::unavailable) co_return Next::close;
    co_await refuse(std::move(request).error());
    co_return Next::close;
}

// RFC 9112 section 2.3 and 6.3: what cannot be read surely is answered 400 and the connection closed, whatever follows it.
asio::awaitable<void> ServerConnection::refuse(Error error) {
    const StreamLimits limits{kNoLimit, Deadline::after(kRefusalTime)};
    stream_->set_limits(limits);
    const std::string content = error.message() + "\n";
    ResponseHead head;
    head.status = error.code() == ErrorCode::timed_out ? 408 : 400;
    head.headers.add("Content-Type", "text/plain");
    const auto text = write_response_head(head, Framing(Framing::Kind::length, content.size()), AfterMessage::close);
    if (!text) co_return;
    const std::array<asio::const_buffer, 2> parts{asio::buffer(*text), asio::buffer(content)};
    const auto written = co_await stream_->write(parts);
    if (written) co_await close_gently();
}

asio::awaitable<void> ServerConnection::close_gently() { co_await stream_->linger(kDrainLimit, kDrainTime); }

asio::awaitable<Result<void>> ServerConnection::run_handler(ServerExchange& exchange) {
    try {
        auto outcome = co_await context_->handler(exchange);
        if (!outcome || exchange.responded()) co_return outcome;
    } catch (const std::exception& thrown) {
        co_return fail(ErrorCode::internal, std::string("handler threw: ") + thrown.what());
    } catch (...) {
        co_return fail(ErrorCode::internal, "handler threw");
    }
    co_return fail(ErrorCode::internal, "handler gave no answer");
}

asio::awaitable<ServerConnection::Next> ServerConnection::answer(ParsedRequest request) {
    const StreamLimits limits{context_->options.body_timeout};
    stream_->set_limits(limits);
    ServerExchange exchange(*stream_, input_, std::move(request), context_->stopping);
    const auto outcome = co_await run_handler(exchange);
    if (!outcome) context_->tell(peer(), outcome.error().message());
    if (!outcome && !exchange.responded()) {
        ResponseHead head;
        head.status = exchange.failure_status();
        static_cast<void>(co_await exchange.respond(std::move(head), base::BytesView()));
    }
    if (!exchange.complete()) {
        // A reset, so that no reader takes what it got for the whole.
        stream_->abort();
        co_return Next::close;
    }
    if (outcome && exchange.keep_alive()) co_return Next::request;
    co_await close_gently();
    co_return Next::close;
}

}  // namespace http
