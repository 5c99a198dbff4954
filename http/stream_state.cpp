#include "http/stream_state.h"

#include <boost/asio/post.hpp>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "http/pipe.h"
#include "http/socket_calls.h"

namespace http {

using base::Error;
using base::ErrorCode;
using base::fail;
using base::Result;
using Step = TlsSession::Step;
using Fault = StreamFaults::Fault;
using Operation = StreamFaults::Operation;

namespace {

std::string text_of(int number) { return std::generic_category().message(number); }

}  // namespace

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

// What a test wants of an operation. A time-out and a broken connection end what is under way in both directions, and what comes after it.
Fault Stream::State::fault(Operation operation) {
    const auto wanted = faults ? faults->next(operation) : Fault::none;
    if (wanted == Fault::time_out) limits.deadline = base::Deadline::after(std::chrono::milliseconds(0));
    timed_out = timed_out || wanted == Fault::time_out;
    if (timed_out && fails(wanted)) cancel();
    if (breaks(wanted, operation)) ::shutdown(socket.native_handle(), SHUT_RDWR);
    return wanted;
}

// An operation begins; false if its time is over before it did anything: a peer that always has something to give must not outlive the
// deadline.
bool Stream::State::start() {
    if (!waits()) timed_out = false;  // that was an earlier operation
    if (limits.deadline.at() != kNever && limits.deadline.passed()) timed_out = true;
    return !timed_out;
}

// Notes that an operation has to wait; one that waits again without progress keeps its first note. False: its time is over.
bool Stream::State::note(Waiting& waiting) {
    if (timed_out) return false;
    if (waiting.noted) return true;
    const auto now = std::chrono::steady_clock::now();
    if (!waits()) begin_wait(now);
    timed_out = until <= now;
    waiting.noted = !timed_out;
    if (&waiting == &writing && limits.idle != limits.idle.max()) offered = untaken();
    if (waiting.noted && until != kNever) arm(until);
    return waiting.noted;
}

void Stream::State::begin_wait(SteadyTime now) {
    since = now;
    until = limits.deadline.at();
    if (limits.idle == limits.idle.max()) return;
    const std::chrono::nanoseconds idle = limits.least_rate == 0 ? limits.idle : patience;
    until = std::min(until, now + idle);
}

void Stream::State::count_wait(SteadyTime now) {
    if (limits.least_rate != 0) patience = std::max(patience - (now - since), std::chrono::nanoseconds(0));
}

void Stream::State::take_back(Waiting& waiting) {
    const bool last = std::exchange(waiting.noted, false) && !waits();
    if (last && limits.least_rate != 0) count_wait(std::chrono::steady_clock::now());
}

// Bytes in either direction show that the peer is there: an upload that goes on may take longer than its answer would be waited for.
void Stream::State::progress(Waiting& waiting, std::size_t count) {
    moved += count;
    if (count == 0) return;
    if (!waits()) return buy_time(count);
    const auto now = std::chrono::steady_clock::now();
    count_wait(now);
    waiting.noted = false;
    buy_time(count);
    begin_wait(now);
}

void Stream::State::buy_time(std::size_t count) {
    if (limits.least_rate == 0) return;
    const std::chrono::nanoseconds bought(count * std::nano::den / limits.least_rate);
    patience = std::min<std::chrono::nanoseconds>(limits.idle, patience + bought);
}

// tcp(7), SIOCOUTQ, which is TIOCOUTQ: bytes of ours that the peer has not acknowledged.
std::size_t Stream::State::untaken() const {
    int bytes = 0;
    const bool known = ::ioctl(const_cast<Socket&>(socket).native_handle(), TIOCOUTQ, &bytes) == 0;
    return known ? static_cast<std::size_t>(std::max(bytes, 0)) : 0;
}

// The kernel calls a socket writable when a third of its buffer is free, which may be megabytes. What the peer took meanwhile counts.
void Stream::State::count_taken(SteadyTime now) {
    const auto left = untaken();
    const auto taken = offered - std::min(left, offered);
    offered = left;
    if (taken == 0) return;
    count_wait(now);
    buy_time(taken);
    begin_wait(now);
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
    if (!waits() || until == kNever) return;
    const auto now = std::chrono::steady_clock::now();
    if (until <= now && writing.noted) count_taken(now);
    if (until > now) return arm(until);
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
    if (fails(fault(Operation::wait))) co_return asio::error::connection_reset;
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
    const Note ends(*this, reading);
    if (!start()) co_return std::unexpected(error_from("", operation));
    while (true) {
        const auto outcome = fails(fault(Operation::handshake)) ? Step::failed : (secure.get()->*step)();
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
    progress(reading, count);
    return std::optional<std::size_t>(count);
}

Result<std::size_t> Stream::State::write_outcome(ssize_t sent) {
    if (sent < 0 && !would_block(errno)) return std::unexpected(error_from(text_of(errno), "write to"));
    const auto count = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
    progress(writing, count);
    return count;
}

Result<std::size_t> Stream::State::begin_read(std::size_t most) {
    const auto wanted = fault(Operation::read);
    ended = ended || wanted == Fault::end;
    if (ended) return std::size_t{0};
    if (fails(wanted)) return std::unexpected(error_from("injected fault", "read from"));
    return wanted == Fault::one_byte ? std::min<std::size_t>(most, 1) : most;
}

Result<std::optional<std::size_t>> Stream::State::read(std::span<std::uint8_t> into) {
    TRY(const auto most, begin_read(into.size()));
    if (ended) return std::optional<std::size_t>(0);
    into = into.first(most);
    if (!secure) return read_outcome(receive_now(socket.native_handle(), into.data(), into.size()));
    std::size_t count = 0;
    const auto step = secure->read(into, count);
    if (step == Step::failed) return std::unexpected(error_from(secure->failure(), "read from"));
    if (step != Step::done && step != Step::ended) return std::optional<std::size_t>();
    return read_outcome(static_cast<ssize_t>(count));
}

Result<std::size_t> Stream::State::write(std::span<const asio::const_buffer> parts) {
    if (parts.size() > kMostParts) return fail(ErrorCode::internal, "too many parts in one write");
    const auto wanted = fault(Operation::write);
    if (fails(wanted)) return std::unexpected(error_from("injected fault", "write to"));
    const auto one = wanted == Fault::one_byte ? first_byte(parts) : asio::const_buffer();
    if (one.size() > 0) parts = std::span(&one, 1);
    if (!secure) return write_outcome(send_now(socket.native_handle(), parts));
    std::size_t count = 0;
    const auto before = secure->sent();
    const auto step = secure->write(parts, count);
    progress(writing, static_cast<std::size_t>(secure->sent() - before));  // records may be sent in part
    writing.direction = step == Step::wants_read ? Socket::wait_read : Socket::wait_write;
    if (step == Step::failed || step == Step::ended) return std::unexpected(error_from(secure->failure(), "write to"));
    return count;
}

// splice(2) asks the socket itself whether it may wait.
void Stream::State::never_block() {
    boost::system::error_code ignored;
    if (!socket.native_non_blocking()) socket.native_non_blocking(true, ignored);
}

Result<std::optional<std::size_t>> Stream::State::read(Pipe& into, std::size_t most) {
    TRY(const auto allowed, begin_read(most));
    if (ended) return std::optional<std::size_t>(0);
    never_block();
    return read_outcome(into.fill(socket.native_handle(), allowed));
}

Result<std::size_t> Stream::State::write(Pipe& from) {
    if (fails(fault(Operation::write))) return std::unexpected(error_from("injected fault", "write to"));
    never_block();
    return write_outcome(from.drain(socket.native_handle()));
}

asio::awaitable<void> Stream::State::say_close_notify() {
    const Note ends(*this, writing);
    while (secure && start()) {
        const auto step = secure->close();
        if (step != Step::wants_write) break;
        writing.direction = Socket::wait_write;
        if (co_await wait(writing)) break;
    }
}

asio::awaitable<void> Stream::State::forget_input(std::size_t limit) {
    constexpr std::size_t kStep = 64 * 1024;
    const Note ends(*this, reading);
    reading.direction = Socket::wait_read;
    for (std::size_t total = 0; total < limit && start();) {
        // tcp(7): with MSG_TRUNC the bytes are discarded and go nowhere.
        const auto count = receive_now(socket.native_handle(), nullptr, std::min(kStep, limit - total), MSG_TRUNC);
        if (count == 0 || (count < 0 && !would_block(errno))) break;
        total += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
        if (count < 0 && co_await wait(reading)) break;
    }
}

}  // namespace http
