#include "http/server_connection.h"

#include <boost/asio/this_coro.hpp>

#include <array>
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
    opening_ = Deadline::after(context_->options.head_timeout);
    while (co_await serve_ready() && co_await serve_request() == Next::request) {
    }
}

// Until there is something that the fast lane cannot answer; false where the connection is at its end.
asio::awaitable<bool> ServerConnection::serve_ready() {
    if (!context_->options.ready) co_return true;
    while (true) {
        if (input_.empty()) {
            if (context_->stopping) co_return false;
            input_.rest();
            limit_wait();
            idle_ = true;
            const auto waited = co_await stream_->wait_readable();
            idle_ = false;
            if (!waited) co_return false;  // idle for too long, stopped, or broken: nobody's fault
            if (!input_.try_fill()) co_return true;
        }
        const auto ready = answer_ready();
        if (ready == Ready::none) co_return true;
        if (ready == Ready::begun && !co_await finish_ready()) co_return false;
        first_ = false;
    }
}

void ServerConnection::limit_wait() {
    const StreamLimits limits{kNoLimit, first_ ? opening_ : Deadline::after(context_->options.idle_timeout)};
    stream_->set_limits(limits);
}

void ServerConnection::limit_body() {
    const StreamLimits limits{context_->options.body_timeout, Deadline::never(), context_->options.body_rate};
    stream_->set_limits(limits);
}

std::optional<ReadyAnswer> ServerConnection::find_ready() {
    const auto raw = input_.whole_head();
    auto& view = context_->view;
    // What is wrong with a head is for the slow way to say.
    if (!raw || raw->size() > context_->options.head_limit) return std::nullopt;
    if (!parse_request_view(*raw, context_->options.field_limit, view)) return std::nullopt;
    const bool has_body = view.framing != Framing() && view.framing != Framing(Framing::Kind::length, 0);
    if (has_body || !view.keep_alive || context_->stopping) return std::nullopt;
    auto answer = context_->options.ready->find(view);
    if (answer) input_.drop(raw->size());
    return answer;
}

ServerConnection::Ready ServerConnection::answer_ready() {
    while (auto answer = find_ready()) {
        if (peer_.empty()) peer_ = stream_->peer();
        const auto end = dated_end();
        const asio::const_buffer body(answer->body.data(), answer->body.size());
        const std::array<asio::const_buffer, 3> parts{asio::buffer(answer->head), asio::buffer(end), body};
        const auto written = stream_->try_write(parts);
        if (!written || *written < asio::buffer_size(parts)) {
            unfinished_.emplace(*std::move(answer), std::string(), written.value_or(0));
            unfinished_->head.append(unfinished_->answer.head).append(end);  // the date must stay what it was
            return Ready::begun;
        }
        context_->options.ready->sent(*answer, peer_, answer->body.size());
        first_ = false;
        if (input_.empty()) return Ready::sent;
    }
    return Ready::none;
}

// The rest of an answer that the client does not take at once.
asio::awaitable<bool> ServerConnection::finish_ready() {
    const auto [answer, head, written] = *std::exchange(unfinished_, std::nullopt);
    limit_body();
    const auto of_body = written - std::min(written, head.size());
    const asio::const_buffer body(answer.body.data(), answer.body.size());
    const std::array<asio::const_buffer, 2> rest{asio::buffer(head) + written, body + of_body};
    const auto finished = co_await stream_->write(rest);
    context_->options.ready->sent(answer, peer_, finished ? answer.body.size() : of_body);
    if (finished) co_return true;
    context_->tell(peer_, finished.error().message());
    stream_->abort();
    co_return false;
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
    input_.rest();
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
    const bool first = std::exchange(first_, false);
    const bool any = co_await wait_for_request(first ? opening_ : Deadline::after(context_->options.idle_timeout));
    if (!any) co_return Next::close;
    auto request = co_await read_request(first ? opening_ : Deadline::after(context_->options.head_timeout));
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
    limit_body();
    ServerExchange exchange(*stream_, input_, std::move(request), context_->stopping);
    const auto outcome = co_await run_handler(exchange);
    if (!outcome) context_->tell(peer(), outcome.error().message());
    if (!outcome && !exchange.responded()) {
        ResponseHead head;
        head.status = exchange.failure_status();
        static_cast<void>(co_await exchange.respond(std::move(head), base::BytesView()));
    }
    if (!exchange.complete()) {
        // Where only the end of the connection says that the answer is whole, a reset says that it is not. Elsewhere a reset would take
        // from the reader what is still on its way, and containerd goes on with a Range after an early end but not after a reset
        // (oci-proxying 2.11).
        if (!exchange.cut_is_plain()) stream_->abort();
        co_return Next::close;
    }
    if (outcome && exchange.keep_alive()) co_return Next::request;
    co_await close_gently();
    co_return Next::close;
}

}  // namespace http
