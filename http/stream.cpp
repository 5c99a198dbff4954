#include "http/stream.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>

#include "base/openssl.h"
#include "http/grammar.h"

namespace http {

using base::Error;
using base::ErrorCode;
using base::fail;
using base::Result;
using SteadyTime = base::Deadline::SteadyTime;

namespace {

using TlsStream = asio::ssl::stream<Stream::Socket&>;
constexpr SteadyTime kNever = SteadyTime::max();

std::string peer_name(const Stream::Socket& socket) {
    boost::system::error_code error;
    const auto endpoint = socket.remote_endpoint(error);
    if (error) return "unknown";
    const auto address = endpoint.address().to_string();
    const auto host = endpoint.address().is_v6() ? "[" + address + "]" : address;
    return host + ":" + std::to_string(endpoint.port());
}

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
    explicit State(Socket plain) : socket(std::move(plain)), timer(socket.get_executor()), peer(peer_name(socket)) {}

    // Ends the operation that noted `slot` when its time is over.
    SteadyTime begin(SteadyTime& slot) {
        const auto now = std::chrono::steady_clock::now();
        if (read_until == kNever && write_until == kNever) timed_out = false;  // that was an earlier operation
        slot = std::min(limits.idle == limits.idle.max() ? kNever : now + limits.idle, limits.deadline.at());
        if (slot <= now) timed_out = true;
        if (slot != kNever) arm(slot);
        return slot;
    }

    void arm(SteadyTime when) {
        if (when >= armed_for) return;
        armed_for = when;
        timer.expires_at(when);
        timer.async_wait([weak = weak_from_this()](boost::system::error_code error) {
            const auto state = weak.lock();
            if (state && !error) state->expired();
        });
    }

    void expired() {
        armed_for = kNever;
        const auto next = std::min(read_until, write_until);
        if (next == kNever) return;
        if (next > std::chrono::steady_clock::now()) return arm(next);
        timed_out = true;
        cancel();
    }

    void cancel() {
        boost::system::error_code ignored;
        socket.cancel(ignored);
    }

    Error error_from(boost::system::error_code error, std::string_view operation) const {
        if (timed_out) return Error(ErrorCode::timed_out, std::string(operation) + " " + peer + ": timed out");
        return Error(ErrorCode::unavailable, std::string(operation) + " " + peer + ": " + error.message());
    }

    Socket socket;
    std::shared_ptr<asio::ssl::context> context;  // before `secure`, which uses it
    std::optional<TlsStream> secure;
    asio::steady_timer timer;
    std::string peer;
    StreamLimits limits{std::chrono::milliseconds::max()};
    SteadyTime read_until = kNever;
    SteadyTime write_until = kNever;
    SteadyTime armed_for = kNever;
    bool timed_out = false;
    bool ended = false;  // by the peer; Asio's reactor never wakes a second read at the end
};

Stream::Stream(Socket socket) : state_(std::make_shared<State>(std::move(socket))) {}

Stream::Stream(Socket socket, std::shared_ptr<asio::ssl::context> context) : Stream(std::move(socket)) {
    state_->context = std::move(context);
    state_->secure.emplace(state_->socket, *state_->context);
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
    state->begin(state->read_until);
    const auto [error] = co_await state->secure->async_handshake(TlsStream::server, kAsTuple);
    state->read_until = kNever;
    base::clear_openssl_errors();
    if (error) co_return std::unexpected(state->error_from(error, "TLS handshake with"));
    co_return Result<void>();
}

namespace {

// One name for both uses, so that what is asked for is what is verified. An empty name would verify nothing.
Result<void> expect_name(SSL* connection, const std::string& name) {
    if (name.empty()) return fail(ErrorCode::internal, "no server name to verify");
    X509_VERIFY_PARAM* parameters = SSL_get0_param(connection);
    if (is_ip_literal(name)) {
        if (X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str()) != 1) {
            return std::unexpected(base::openssl_error("X509_VERIFY_PARAM_set1_ip_asc"));
        }
        return {};
    }
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (X509_VERIFY_PARAM_set1_host(parameters, name.c_str(), name.size()) != 1) {
        return std::unexpected(base::openssl_error("X509_VERIFY_PARAM_set1_host"));
    }
    // SSL_set_tlsext_host_name is a macro with a C cast.
    std::string sni = name;
    if (SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, sni.data()) != 1) {
        return std::unexpected(base::openssl_error("SSL_set_tlsext_host_name"));
    }
    return {};
}

}  // namespace

Async<void> Stream::connect_tls(std::string name) {
    const auto state = state_;
    CO_TRY_VOID(expect_name(state->secure->native_handle(), name));
    state->begin(state->read_until);
    const auto [error] = co_await state->secure->async_handshake(TlsStream::client, kAsTuple);
    state->read_until = kNever;
    base::clear_openssl_errors();
    if (!error) co_return Result<void>();
    auto failure = state->error_from(error, "TLS handshake with " + name + " at");
    const long verdict = SSL_get_verify_result(state->secure->native_handle());
    if (verdict == X509_V_OK) co_return std::unexpected(std::move(failure));
    co_return fail(failure.code(), failure.message() + " (" + X509_verify_cert_error_string(verdict) + ")");
}

Async<std::size_t> Stream::read_some(std::span<std::uint8_t> into) {
    const auto state = state_;
    if (state->ended) co_return std::size_t{0};
    state->begin(state->read_until);
    boost::system::error_code error;
    std::size_t count = 0;
    const auto target = asio::buffer(into.data(), into.size());
    if (state->timed_out) {
        error = asio::error::timed_out;
    } else if (state->secure) {
        std::tie(error, count) = co_await state->secure->async_read_some(target, kAsTuple);
    } else {
        std::tie(error, count) = co_await state->socket.async_read_some(target, kAsTuple);
    }
    state->read_until = kNever;
    if (count > 0) co_return count;
    // A TLS connection that ends without close_notify counts as ended too: no body is framed by the end of its connection.
    state->ended = !state->timed_out && (error == asio::error::eof || error == asio::ssl::error::stream_truncated);
    if (state->ended) co_return std::size_t{0};
    co_return std::unexpected(state->error_from(error, "read from"));
}

Async<void> Stream::write(std::span<const asio::const_buffer> parts) {
    const auto state = state_;
    constexpr std::size_t kMostParts = 4;
    if (parts.size() > kMostParts) co_return fail(ErrorCode::internal, "too many parts in one write");
    std::array<asio::const_buffer, kMostParts> copies;
    std::ranges::copy(parts, copies.begin());
    std::span<asio::const_buffer> rest(copies.data(), parts.size());
    consume(rest, 0);
    while (!rest.empty()) {
        state->begin(state->write_until);
        boost::system::error_code error;
        std::size_t count = 0;
        if (state->timed_out) {
            error = asio::error::timed_out;
        } else if (state->secure) {
            std::tie(error, count) = co_await state->secure->async_write_some(rest, kAsTuple);
        } else {
            std::tie(error, count) = co_await state->socket.async_write_some(rest, kAsTuple);
        }
        state->write_until = kNever;
        if (error) co_return std::unexpected(state->error_from(error, "write to"));
        consume(rest, count);
    }
    co_return Result<void>();
}

asio::awaitable<void> Stream::linger(std::size_t limit, std::chrono::milliseconds time) {
    const auto state = state_;
    const StreamLimits limits{time, base::Deadline::after(time)};
    set_limits(limits);
    boost::system::error_code ignored;
    if (state->secure) {
        state->begin(state->read_until);
        std::tie(ignored) = co_await state->secure->async_shutdown(kAsTuple);
        state->read_until = kNever;
        base::clear_openssl_errors();
    }
    state->socket.shutdown(Socket::shutdown_send, ignored);
    std::array<std::uint8_t, 4096> forgotten;
    for (std::size_t total = 0; total < limit && !ignored && !state->ended;) {
        state->begin(state->read_until);
        if (state->timed_out) break;
        std::size_t count = 0;
        const auto target = asio::buffer(forgotten);
        std::tie(ignored, count) = co_await state->socket.async_read_some(target, kAsTuple);
        state->read_until = kNever;
        total += count;
    }
}

void Stream::cancel() { state_->cancel(); }

void Stream::abort() {
    boost::system::error_code ignored;
    state_->socket.set_option(asio::socket_base::linger(true, 0), ignored);
    state_->socket.close(ignored);
}

namespace {

// Records that were read off the socket together with an earlier one and that nobody asked for yet: the socket no longer knows them.
bool holds_records(SSL* connection) {
    return SSL_has_pending(connection) != 0 || BIO_ctrl_pending(SSL_get_rbio(connection)) != 0;
}

}  // namespace

bool Stream::idle_and_open() {
    std::array<std::uint8_t, 1> byte;
    boost::system::error_code error;
    state_->socket.non_blocking(true, error);
    if (error) return false;
    state_->socket.receive(asio::buffer(byte), Socket::message_peek, error);
    const bool silent = error == asio::error::would_block || error == asio::error::try_again;
    return silent && !(state_->secure && holds_records(state_->secure->native_handle()));
}

bool Stream::tls() const { return state_->secure.has_value(); }

std::string Stream::peer() const { return state_->peer; }

}  // namespace http
