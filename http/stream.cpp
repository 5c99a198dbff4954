#include "http/stream.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <system_error>

#include "http/pipe.h"
#include "http/socket_calls.h"
#include "http/tls_session.h"

namespace http {

using base::Error;
using base::ErrorCode;
using base::fail;
using base::Result;
using SteadyTime = base::Deadline::SteadyTime;
using Step = TlsSession::Step;

namespace {

constexpr SteadyTime kNever = SteadyTime::max();
// So much is moved without a wait before other connections of the thread have their turn.
constexpr std::size_t kTurn = 1024 * 1024;
// Awaited without a coroutine frame of its own.
constexpr asio::as_tuple_t<asio::deferred_t> kNoFrame{};

std::string text_of(int number) { return std::generic_category().message(number); }

// Drops the first `count` bytes of the parts.
void consume(std::span<asio::const_buffer>& parts, std::size_t count) {
    while (!parts.empty() && count >= parts.front().size()) {
        count -= parts.front().size();
        parts = parts.subspan(1);
    }
    if (!parts.empty()) parts.front() += count;
}

}  // namespace

struct Stream::State : std::enable_shared_from_this<Stream::State> {
    // What is under way in one direction: until when it may take (noted while it waits), and for what it waits.
    struct Waiting {
        Socket::wait_type direction;
        SteadyTime until = kNever;
    };
    // Takes an operation's note back, however it ends.
    struct Note {
        Waiting& waiting;
        ~Note() { waiting.until = kNever; }
    };

    explicit State(Socket plain) : socket(std::move(plain)), timer(socket.get_executor()) {
        boost::system::error_code ignored;
        remote = socket.remote_endpoint(ignored);
    }

    [[nodiscard]] std::string peer() const;
    [[nodiscard]] Error error_from(const std::string& reason, std::string_view operation) const;

    [[nodiscard]] bool start();
    [[nodiscard]] bool note(Waiting& waiting);
    void arm(SteadyTime when);
    void expired();
    void cancel();
    asio::awaitable<boost::system::error_code> wait(Waiting& waiting);
    asio::awaitable<boost::system::error_code> take_turns();

    Async<void> shake_hands(Step (TlsSession::*step)(), std::string operation);
    asio::awaitable<void> say_close_notify();
    asio::awaitable<void> forget_input(std::size_t limit);
    Result<std::optional<std::size_t>> read(std::span<std::uint8_t> into);
    Result<std::size_t> write(std::span<const asio::const_buffer> parts);
    Result<std::optional<std::size_t>> read_outcome(ssize_t received);
    Result<std::size_t> write_outcome(ssize_t sent);

    Socket socket;
    std::unique_ptr<TlsSession> secure;  // refers to the socket
    asio::steady_timer timer;
    asio::ip::tcp::endpoint remote;
    StreamLimits limits{std::chrono::milliseconds::max()};
    Waiting reading{Socket::wait_read};
    Waiting writing{Socket::wait_write};
    SteadyTime armed_for = kNever;
    std::size_t moved = 0;  // bytes since the last wait
    std::uint32_t cancels = 0;
    bool timed_out = false;
    bool ended = false;  // by the peer
};

std::string Stream::State::peer() const {
    if (remote.port() == 0) return "unknown";
    const auto address = remote.address().to_string();
    const auto host = remote.address().is_v6() ? "[" + address + "]" : address;
    return host + ":" + std::to_string(remote.port());
}

Error Stream::State::error_from(const std::string& reason, std::string_view operation) const {
    const auto code = timed_out ? ErrorCode::timed_out : ErrorCode::unavailable;
    return Error(code, std::string(operation) + " " + peer() + ": " + (timed_out ? "timed out" : reason));
}

// An operation begins; false if its time is over before it did anything: a peer that always has something to give must not outlive the
// deadline.
bool Stream::State::start() {
    if (reading.until == kNever && writing.until == kNever) timed_out = false;  // that was an earlier operation
    if (limits.deadline.at() != kNever && limits.deadline.passed()) timed_out = true;
    return !timed_out;
}

// Notes until when an operation that has to wait may take; one that waits again keeps its first note. False: its time is over.
bool Stream::State::note(Waiting& waiting) {
    if (timed_out) return false;
    if (waiting.until != kNever) return true;
    const auto now = std::chrono::steady_clock::now();
    const auto until = std::min(limits.idle == limits.idle.max() ? kNever : now + limits.idle, limits.deadline.at());
    timed_out = until <= now;
    if (timed_out) return false;
    waiting.until = until;
    if (until != kNever) arm(until);
    return true;
}

void Stream::State::arm(SteadyTime when) {
    if (when >= armed_for) return;
    armed_for = when;
    timer.expires_at(when);
    timer.async_wait([weak = weak_from_this()](boost::system::error_code error) {
        const auto state = weak.lock();
        if (state && !error) state->expired();
    });
}

void Stream::State::expired() {
    armed_for = kNever;
    const auto next = std::min(reading.until, writing.until);
    if (next == kNever) return;
    if (next > std::chrono::steady_clock::now()) return arm(next);
    timed_out = true;
    cancel();
}

void Stream::State::cancel() {
    ++cancels;
    boost::system::error_code ignored;
    socket.cancel(ignored);
}

// Until the socket is ready in the direction that the operation named; the error that ends it, if any.
asio::awaitable<boost::system::error_code> Stream::State::wait(Waiting& waiting) {
    if (!note(waiting)) co_return asio::error::timed_out;
    moved = 0;
    const auto [error] = co_await socket.async_wait(waiting.direction, kNoFrame);
    co_return error;
}

// For an operation that did not have to wait for long; a cancel() meanwhile ends it like one that waits.
asio::awaitable<boost::system::error_code> Stream::State::take_turns() {
    moved = 0;
    const auto before = cancels;
    co_await asio::post(socket.get_executor(), asio::deferred);
    co_return cancels == before ? boost::system::error_code() : asio::error::operation_aborted;
}

Async<void> Stream::State::shake_hands(Step (TlsSession::*step)(), std::string operation) {
    const Note ends(reading);
    if (!start()) co_return std::unexpected(error_from("", operation));
    while (true) {
        const auto outcome = (secure.get()->*step)();
        reading.direction = outcome == Step::wants_write ? Socket::wait_write : Socket::wait_read;
        if (outcome == Step::done) co_return Result<void>();
        if (outcome == Step::ended) co_return std::unexpected(error_from("closed by the peer", operation));
        if (outcome == Step::failed) co_return std::unexpected(error_from(secure->failure(), operation));
        const auto error = co_await wait(reading);
        if (error) co_return std::unexpected(error_from(error.message(), operation));
    }
}

// What a system call that reads came to; -1 with errno.
Result<std::optional<std::size_t>> Stream::State::read_outcome(ssize_t received) {
    if (received < 0 && would_block(errno)) return std::optional<std::size_t>();
    if (received < 0) return std::unexpected(error_from(text_of(errno), "read from"));
    const auto count = static_cast<std::size_t>(received);
    ended = count == 0;
    moved += count;
    return std::optional<std::size_t>(count);
}

Result<std::size_t> Stream::State::write_outcome(ssize_t sent) {
    if (sent < 0 && !would_block(errno)) return std::unexpected(error_from(text_of(errno), "write to"));
    const auto count = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
    moved += count;
    return count;
}

Result<std::optional<std::size_t>> Stream::State::read(std::span<std::uint8_t> into) {
    if (ended) return std::optional<std::size_t>(0);
    if (!secure) return read_outcome(receive_now(socket.native_handle(), into.data(), into.size()));
    std::size_t count = 0;
    const auto step = secure->read(into, count);
    if (step == Step::failed) return std::unexpected(error_from(secure->failure(), "read from"));
    if (step != Step::done && step != Step::ended) return std::optional<std::size_t>();
    return read_outcome(static_cast<ssize_t>(count));
}

Result<std::size_t> Stream::State::write(std::span<const asio::const_buffer> parts) {
    if (parts.size() > kMostParts) return fail(ErrorCode::internal, "too many parts in one write");
    if (!secure) return write_outcome(send_now(socket.native_handle(), parts));
    std::size_t count = 0;
    const auto step = secure->write(parts, count);
    writing.direction = step == Step::wants_read ? Socket::wait_read : Socket::wait_write;
    if (step == Step::failed || step == Step::ended) return std::unexpected(error_from(secure->failure(), "write to"));
    return write_outcome(static_cast<ssize_t>(count));
}

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
    state_->timed_out = false;
}

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
    const State::Note ends(state->reading);
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
    const State::Note ends(state->writing);
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
        if (count > 0) state->writing.until = kNever;  // it goes on: the idle time starts anew
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
    const State::Note ends(state->reading);
    const bool ready = state->ended || (state->secure && state->secure->may_read());
    if (!state->start()) co_return std::unexpected(state->error_from("", "read from"));
    if (ready) co_return Result<void>();
    // As in wait(), without the frame: this is where idle connections stay.
    if (!state->note(state->reading)) co_return std::unexpected(state->error_from("", "read from"));
    state->moved = 0;
    const auto [error] = co_await state->socket.async_wait(state->reading.direction, kNoFrame);
    if (error) co_return std::unexpected(state->error_from(error.message(), "read from"));
    co_return Result<void>();
}

Async<void> Stream::wait_writable() {
    const auto state = state_;
    const State::Note ends(state->writing);
    if (!state->start()) co_return std::unexpected(state->error_from("", "write to"));
    const auto error = co_await state->wait(state->writing);
    if (error) co_return std::unexpected(state->error_from(error.message(), "write to"));
    co_return Result<void>();
}

Async<void> Stream::take_turns() {
    const auto state = state_;
    if (state->moved < kTurn) co_return Result<void>();
    const auto interrupted = co_await state->take_turns();
    if (interrupted) co_return std::unexpected(state->error_from(interrupted.message(), "write to"));
    co_return Result<void>();
}

namespace {

// splice(2) asks the socket itself whether it may wait.
void never_block(Stream::Socket& socket) {
    boost::system::error_code ignored;
    if (!socket.native_non_blocking()) socket.native_non_blocking(true, ignored);
}

}  // namespace

Result<std::optional<std::size_t>> Stream::try_read(Pipe& into, std::size_t most) {
    if (state_->ended) return std::optional<std::size_t>(0);
    never_block(state_->socket);
    return state_->read_outcome(into.fill(state_->socket.native_handle(), most));
}

Result<std::size_t> Stream::try_write(Pipe& from) {
    never_block(state_->socket);
    return state_->write_outcome(from.drain(state_->socket.native_handle()));
}

asio::awaitable<void> Stream::State::say_close_notify() {
    const Note ends(writing);
    while (secure && start()) {
        const auto step = secure->close();
        if (step != Step::wants_write) break;
        writing.direction = Socket::wait_write;
        if (co_await wait(writing)) break;
    }
}

asio::awaitable<void> Stream::State::forget_input(std::size_t limit) {
    constexpr std::size_t kStep = 64 * 1024;
    const Note ends(reading);
    reading.direction = Socket::wait_read;
    for (std::size_t total = 0; total < limit && start();) {
        // tcp(7): with MSG_TRUNC the bytes are discarded and go nowhere.
        const auto count = receive_now(socket.native_handle(), nullptr, std::min(kStep, limit - total), MSG_TRUNC);
        if (count == 0 || (count < 0 && !would_block(errno))) break;
        total += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
        if (count < 0 && co_await wait(reading)) break;
    }
}

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
