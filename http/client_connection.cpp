#include "http/client_connection.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <array>

#include "http/relay.h"

namespace http {

using base::Error;
using base::ErrorCode;
using base::fail;
using base::Result;

namespace {

constexpr int kMostInterimAnswers = 8;
constexpr std::size_t kFieldLimit = 100;

// A malformed answer is the upstream's failure, not the caller's input.
Error answer_error(const Error& error, const std::string& peer) {
    const bool malformed = error.code() == ErrorCode::invalid_input || error.code() == ErrorCode::too_large;
    return Error(malformed ? ErrorCode::unavailable : error.code(),
                 (malformed ? "malformed answer of " + peer + ": " : "") + error.message());
}

}  // namespace

void ClientConnection::set_limits(StreamLimits limits) {
    limits_ = limits;
    stream_->set_limits(limits);
}

Async<ParsedResponse> ClientConnection::exchange(std::string head, BodySource* body, RequestMethod method, std::size_t head_limit) {
    untouched_ = true;
    request_complete_ = false;
    if (body != nullptr) {
        const StreamLimits sending{limits_.idle, limits_.deadline};
        stream_->set_limits(sending);
        CO_TRY(auto response, co_await upload(std::move(head), *body, method, head_limit));
        stream_->set_limits(limits_);
        co_return response;
    }
    const std::array<asio::const_buffer, 1> parts{asio::buffer(head)};
    CO_TRY_VOID(co_await stream_->write(parts));
    request_complete_ = true;
    CO_TRY(auto response, co_await read_final_head(method, head_limit));
    stream_->set_limits(limits_);
    co_return response;
}

Async<ParsedResponse> ClientConnection::read_final_head(RequestMethod method, std::size_t head_limit) {
    for (int interim = 0; interim <= kMostInterimAnswers; ++interim) {
        const auto any = co_await input_.wait();
        if (!any) co_return std::unexpected(any.error());
        if (!*any) co_return fail(ErrorCode::unavailable, stream_->peer() + " closed the connection without an answer");
        untouched_ = false;
        auto raw = co_await input_.read_head(head_limit);
        if (!raw) co_return std::unexpected(answer_error(raw.error(), stream_->peer()));
        auto response = parse_response_head(*raw, kFieldLimit, method);
        if (!response) co_return std::unexpected(answer_error(response.error(), stream_->peer()));
        // 101 would hand the connection to another protocol, which no request of ours asks for.
        if (response->head.status == 101) co_return fail(ErrorCode::unavailable, stream_->peer() + " switches protocols unasked");
        if (response->head.status >= 200) co_return response;
    }
    co_return fail(ErrorCode::unavailable, stream_->peer() + " sends interim answers only");
}

// What the sending coroutine and the one that waits for the answer share; both on one thread.
struct ClientConnection::Upload {
    explicit Upload(const asio::any_io_executor& executor) : ended(executor, asio::steady_timer::time_point::max()) {}
    void break_off(Stream& stream) {
        stop.emit(asio::cancellation_type::terminal);
        stream.cancel();
    }
    asio::steady_timer ended;
    asio::cancellation_signal stop;
    Result<void> outcome;
    RelayProgress progress;
    bool running = true;
};

Async<ParsedResponse> ClientConnection::upload(std::string head, BodySource& body, RequestMethod method, std::size_t head_limit) {
    // This frame must not be left while the other coroutine reads `body`: a cancellation ends the single operations, never this.
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto executor = co_await asio::this_coro::executor;
    const auto shared = std::make_shared<Upload>(executor);
    auto send = [](Stream& stream, std::string text, BodySource& source, StreamLimits after,
                   std::shared_ptr<Upload> state) -> asio::awaitable<void> {
        const auto coding = source.length() ? RelayCoding::length : RelayCoding::chunked;
        state->outcome = co_await relay(stream, std::move(text), source, coding, state->progress);
        if (state->outcome) stream.set_limits(after);
        // The body broke, so no answer will come. (When writing broke, one may be there: an early refusal and a closed connection.)
        if (!state->outcome && !state->progress.peer_failed) stream.cancel();
    };
    auto ended = [shared](std::exception_ptr thrown) {
        if (thrown) shared->outcome = fail(ErrorCode::internal, "reading the request body threw");
        shared->running = false;
        shared->ended.cancel();
    };
    asio::co_spawn(executor, send(*stream_, std::move(head), body, limits_, shared),
                   asio::bind_cancellation_slot(shared->stop.slot(), ended));

    Result<ParsedResponse> response = fail(ErrorCode::internal, "reading the answer threw");
    try {
        // A body that broke at once had nobody to interrupt.
        const bool broke = !shared->outcome && !shared->progress.peer_failed;
        if (broke) response = std::unexpected(Error(shared->outcome.error()).with_context("send request"));
        if (!broke) response = co_await read_final_head(method, head_limit);
    } catch (...) {  // out of memory: the other coroutine has to end before this frame goes
        stream_->cancel();
    }
    // The last write may have completed together with the answer: let its coroutine say so.
    if (shared->running) co_await asio::post(executor, asio::use_awaitable);
    const bool upload_failed = !shared->running && !shared->outcome;
    const bool refused = !response || response->head.status >= 300;
    if (shared->running && refused) shared->stop.emit(asio::cancellation_type::terminal);
    while (shared->running) {
        // The caller's cancellation does not reach the other coroutine by itself.
        const auto cancellation = co_await asio::this_coro::cancellation_state;
        if (cancellation.cancelled() != asio::cancellation_type::none) shared->break_off(*stream_);
        co_await shared->ended.async_wait(kAsTuple);
    }
    request_complete_ = shared->progress.complete;
    co_await asio::this_coro::throw_if_cancelled(throws);

    if (!response && upload_failed) co_return std::unexpected(std::move(shared->outcome).error().with_context("send request"));
    if (response && !refused && !shared->outcome) {
        co_return std::unexpected(std::move(shared->outcome).error().with_context("send request"));
    }
    co_return response;
}

}  // namespace http
