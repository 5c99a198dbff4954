#include "http/stream.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "http/pipe.h"
#include "http/socket_calls.h"
#include "http/stream_state.h"
#include "http/tls_session.h"

namespace http {

using base::ErrorCode;
using base::fail;
using base::Result;

namespace {

// So much is moved without a wait before other connections of the thread have their turn.
constexpr std::size_t kTurn = 1024 * 1024;

// Drops the first `count` bytes of the parts.
void consume(std::span<asio::const_buffer>& parts, std::size_t count) {
    while (!parts.empty() && count >= parts.front().size()) {
        count -= parts.front().size();
        parts = parts.subspan(1);
    }
    if (!parts.empty()) parts.front() += count;
}

}  // namespace

Stream::Stream(Socket socket) : state_(std::make_shared<State>(std::move(socket))) {}

Stream::Stream(Socket socket, const std::shared_ptr<SSL_CTX>& context) : Stream(std::move(socket)) {
    state_->secure = std::make_unique<TlsSession>(context.get(), state_->socket);
}

Stream::~Stream() {
    boost::system::error_code ignored;
    state_->timer.cancel();
    state_->socket.close(ignored);
}

void Stream::set_limits(StreamLimits limits) {
    state_->limits = limits;
    if (limits.least_rate != 0) state_->patience = limits.idle;
    state_->timed_out = false;
}

void Stream::inject(std::shared_ptr<StreamFaults> faults) { state_->faults = std::move(faults); }

Async<void> Stream::accept_tls() {
    const auto state = state_;
    co_return co_await state->shake_hands(&TlsSession::accept, "TLS handshake with");
}

Async<void> Stream::connect_tls(std::string name) {
    const auto state = state_;
    CO_TRY_VOID(state->secure->expect_name(name));
    co_return co_await state->shake_hands(&TlsSession::connect, "TLS handshake with " + name + " at");
}

Async<std::size_t> Stream::read_some(std::span<std::uint8_t> into) {
    const auto state = state_;
    const State::Note ends(*state, state->reading);
    const auto interrupted = state->moved < kTurn ? boost::system::error_code() : co_await state->take_turns();
    if (interrupted) co_return std::unexpected(state->error_from(interrupted.message(), "read from"));
    if (!state->start()) co_return std::unexpected(state->error_from("", "read from"));
    while (true) {
        CO_TRY(const auto count, state->read(into));
        if (count) co_return *count;
        const auto error = co_await state->wait(state->reading);
        if (error) co_return std::unexpected(state->error_from(error.message(), "read from"));
    }
}

Async<void> Stream::write(std::span<const asio::const_buffer> parts) {
    const auto state = state_;
    const State::Note ends(*state, state->writing);
    const auto interrupted = state->moved < kTurn ? boost::system::error_code() : co_await state->take_turns();
    if (interrupted) co_return std::unexpected(state->error_from(interrupted.message(), "write to"));
    if (parts.size() > kMostParts) co_return fail(ErrorCode::internal, "too many parts in one write");
    std::array<asio::const_buffer, kMostParts> copies;
    std::ranges::copy(parts, copies.begin());
    std::span<asio::const_buffer> rest(copies.data(), parts.size());
    consume(rest, 0);
    if (!rest.empty() && !state->start()) co_return std::unexpected(state->error_from("", "write to"));
    while (!rest.empty()) {
        CO_TRY(const auto count, state->write(rest));
        consume(rest, count);
        if (rest.empty()) break;
        const auto error = co_await state->wait(state->writing);
        if (error) co_return std::unexpected(state->error_from(error.message(), "write to"));
    }
    co_return Result<void>();
}

Result<std::optional<std::size_t>> Stream::try_read(std::span<std::uint8_t> into) { return state_->read(into); }

Result<std::size_t> Stream::try_write(std::span<const asio::const_buffer> parts) { return state_->write(parts); }

Async<void> Stream::wait_readable() {
    const auto state = state_;
    const State::Note ends(*state, state->reading);
    const bool ready = state->ended || (state->secure && state->secure->may_read());
    if (!state->start()) co_return std::unexpected(state->error_from("", "read from"));
    if (ready) co_return Result<void>();
    if (fails(state->fault(StreamFaults::Operation::wait))) co_return std::unexpected(state->error_from("injected fault", "read from"));
    // As in wait(), without the frame: this is where idle connections stay.
    if (!state->note(state->reading)) co_return std::unexpected(state->error_from("", "read from"));
    state->moved = 0;
    const auto [error] = co_await state->socket.async_wait(state->reading.direction, kNoFrame);
    if (error) co_return std::unexpected(state->error_from(error.message(), "read from"));
    co_return Result<void>();
}

Async<void> Stream::wait_writable() {
    const auto state = state_;
    const State::Note ends(*state, state->writing);
    if (!state->start()) co_return std::unexpected(state->error_from("", "write to"));
    const auto error = co_await state->wait(state->writing);
    if (error) co_return std::unexpected(state->error_from(error.message(), "write to"));
    co_return Result<void>();
}

Async<void> Stream::take_turns() {
    const auto state = state_;
    if (!state->start()) co_return std::unexpected(state->error_from("", "use of"));
    if (state->moved < kTurn) co_return Result<void>();
    const auto interrupted = co_await state->take_turns();
    if (interrupted) co_return std::unexpected(state->error_from(interrupted.message(), "use of"));
    co_return Result<void>();
}

Result<std::optional<std::size_t>> Stream::try_read(Pipe& into, std::size_t most) { return state_->read(into, most); }

Result<std::size_t> Stream::try_write(Pipe& from) { return state_->write(from); }

asio::awaitable<void> Stream::linger(std::size_t limit, std::chrono::milliseconds time) {
    const auto state = state_;
    const StreamLimits limits{time, base::Deadline::after(time)};
    set_limits(limits);
    co_await state->say_close_notify();
    boost::system::error_code error;
    state->socket.shutdown(Socket::shutdown_send, error);
    if (!error && !state->ended) co_await state->forget_input(limit);
}

void Stream::cancel() { state_->cancel(); }

void Stream::abort() {
    boost::system::error_code ignored;
    state_->socket.set_option(asio::socket_base::linger(true, 0), ignored);
    state_->socket.close(ignored);
}

bool Stream::idle_and_open() {
    std::uint8_t byte = 0;
    const auto count = receive_now(state_->socket.native_handle(), &byte, 1, MSG_PEEK);
    const bool silent = count < 0 && would_block(errno);
    return silent && !(state_->secure && state_->secure->holds_records());
}

bool Stream::tls() const { return state_->secure != nullptr; }

std::string Stream::peer() const { return state_->peer(); }

}  // namespace http
