#include "http/tls_session.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <new>
#include <system_error>
#include <utility>

#include "http/grammar.h"
#include "http/socket_calls.h"

namespace http {

using base::ErrorCode;
using base::fail;
using base::Result;

namespace {

// What a peer may make us answer before it has taken the answers: some 2 400 requests for new keys.
constexpr std::size_t kMostOwed = 64 * 1024;
constexpr std::size_t kRecord = SSL3_RT_MAX_PLAIN_LENGTH;
// What one system call may bring: a few records. Held only while there is something in it.
constexpr std::size_t kReadAhead = 64 * 1024;
constexpr std::size_t kSendAtOnce = 64 * 1024;
// What one step looks at before others have their turn. No record and no handshake message of ours is as long; what is, carries nothing
// for whoever reads: new keys (RFC 8446 section 4.6.3) and tickets (4.6.1) without end.
constexpr std::size_t kMostTaken = 2 * kReadAhead;

// What the next record is made of: a long part as it stands, or the beginning of several short ones in a row, copied together.
std::span<const std::uint8_t> next_piece(std::span<const asio::const_buffer> parts, std::size_t skip) {
    thread_local std::array<std::uint8_t, kRecord> joined;
    std::size_t size = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto skipped = std::min(skip, parts[i].size());
        skip -= skipped;
        const auto part = parts[i] + skipped;
        if (part.size() == 0) continue;
        const std::span bytes(static_cast<const std::uint8_t*>(part.data()), part.size());
        const bool last = std::ranges::all_of(parts.subspan(i + 1), [](const auto& later) { return later.size() == 0; });
        if (size == 0 && (last || bytes.size() >= kRecord)) return bytes;
        const auto count = std::min(bytes.size(), kRecord - size);
        std::memcpy(joined.data() + size, bytes.data(), count);
        size += count;
        if (size == kRecord) break;
    }
    return std::span(joined).first(size);
}

// What the step under way has written so far; sent at its end, or when it is much.
base::Bytes& outgoing() {
    thread_local base::Bytes records;
    return records;
}

}  // namespace

int TlsSession::Link::read(BIO* bio, char* into, int size) {
    auto& link = *static_cast<Link*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    if (link.error != 0) return -1;
    if (link.taken >= kMostTaken) {  // the socket stays readable: the step is repeated at once, after others
        BIO_set_retry_read(bio);
        return -1;
    }
    const auto count = receive_now(link.socket.native_handle(), into, static_cast<std::size_t>(size));
    if (count < 0 && would_block(errno)) {
        BIO_set_retry_read(bio);
    } else if (count < 0) {
        link.error = errno;
    }
    link.ended = count == 0;
    if (count > 0) link.taken += static_cast<std::size_t>(count);
    return static_cast<int>(count);
}

int TlsSession::Link::write(BIO* bio, const char* bytes, int size) {
    auto& link = *static_cast<Link*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    if (link.error != 0) return -1;
    // A peer that asks for new keys again and again (RFC 8446 section 4.6.3) must neither keep the thread in one read nor make us keep
    // answers that it does not take.
    if (link.reading) link.owed += static_cast<std::size_t>(size);
    if (link.owed > kMostOwed) {
        link.error = EPROTO;
        return -1;
    }
    try {
        auto& records = link.unsent.empty() ? outgoing() : link.unsent;
        records.insert(records.end(), bytes, bytes + size);
        return size;
    } catch (const std::bad_alloc&) {  // must not pass through OpenSSL
        link.error = ENOMEM;
        return -1;
    }
}

long TlsSession::Link::control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_FLUSH) return 1;
    if (command == BIO_CTRL_EOF) return static_cast<Link*>(BIO_get_data(bio))->ended ? 1 : 0;
    return 0;
}

bool TlsSession::Link::flush() {
    auto& records = outgoing();
    // Either the socket was full and everything went to `unsent`, or it was not and everything is in `records`.
    const base::BytesView bytes = unsent.empty() ? records : unsent;
    std::size_t done = 0;
    while (done < bytes.size() && error == 0) {
        const std::array<asio::const_buffer, 1> rest{asio::buffer(bytes.data() + done, bytes.size() - done)};
        const auto count = send_now(socket.native_handle(), rest);
        if (count < 0 && would_block(errno)) break;
        if (count < 0) error = errno;
        if (count > 0) done += static_cast<std::size_t>(count);
    }
    sent += done;
    base::Bytes left(bytes.begin() + static_cast<std::ptrdiff_t>(done), bytes.end());
    unsent = std::move(left);
    records.clear();
    if (unsent.empty()) owed = 0;
    return unsent.empty();
}

const BIO_METHOD* TlsSession::link_method() {
    static const base::OpensslHandle<BIO_METHOD, BIO_meth_free> method = [] {
        base::OpensslHandle<BIO_METHOD, BIO_meth_free> made(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket of a stream"));
        if (!made) throw std::bad_alloc();
        BIO_meth_set_read(made.get(), Link::read);
        BIO_meth_set_write(made.get(), Link::write);
        BIO_meth_set_ctrl(made.get(), Link::control);
        return made;
    }();
    return method.get();
}

TlsSession::TlsSession(SSL_CTX* context, Socket& socket) : link_(socket), connection_(SSL_new(context)) {
    base::BioHandle bio(BIO_new(link_method()));
    base::clear_openssl_errors();
    if (!connection_ || !bio) throw std::bad_alloc();
    BIO_set_data(bio.get(), &link_);
    BIO_set_init(bio.get(), 1);
    SSL* const connection = connection_.get();
    auto* const both = bio.release();
    SSL_set_bio(connection, both, both);
    // SSL_set_mode is a macro with a C cast.
    SSL_ctrl(connection, SSL_CTRL_MODE, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE, nullptr);
    SSL_set_options(connection, SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_set_read_ahead(connection, 1);
    SSL_set_default_read_buffer_len(connection, kReadAhead);
}

// One name for both uses, so that what is asked for is what is verified. An empty name would verify nothing.
Result<void> TlsSession::expect_name(const std::string& name) {
    SSL* const connection = connection_.get();
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

// An entry that another call on this thread had left would be taken for this one's: the queue is emptied before and after each.
TlsSession::Step TlsSession::step_from(int outcome) {
    const int kind = SSL_get_error(connection_.get(), outcome);
    const auto reason = ERR_peek_error();  // the first entry is the cause
    base::clear_openssl_errors();
    switch (kind) {
        case SSL_ERROR_NONE: return Step::done;
        case SSL_ERROR_WANT_READ: return Step::wants_read;
        case SSL_ERROR_WANT_WRITE: return Step::wants_write;
        case SSL_ERROR_ZERO_RETURN: return Step::ended;
        default: break;
    }
    if (!broken_) reason_ = kind == SSL_ERROR_SSL ? reason : 0;
    broken_ = true;
    return Step::failed;
}

// Sends what is to be sent.
TlsSession::Step TlsSession::flushed() {
    if (link_.flush()) return Step::done;
    if (link_.error == 0) return Step::wants_write;
    broken_ = true;
    return Step::failed;
}

// Nothing stays behind in this thread's buffer, not even the alert of a failure.
TlsSession::Step TlsSession::finish(Step step) {
    const auto sent = flushed();
    return step == Step::failed || sent == Step::done ? step : sent;
}

TlsSession::Step TlsSession::finish_handshake(int outcome) {
    const auto step = finish(step_from(outcome));
    // The buffers of the handshake; a client may take its time with its first request.
    if (step == Step::done) SSL_free_buffers(connection_.get());
    return step;
}

TlsSession::Step TlsSession::accept() {
    link_.taken = 0;
    base::clear_openssl_errors();
    return finish_handshake(SSL_accept(connection_.get()));
}

TlsSession::Step TlsSession::connect() {
    link_.taken = 0;
    base::clear_openssl_errors();
    return finish_handshake(SSL_connect(connection_.get()));
}

TlsSession::Step TlsSession::read(std::span<std::uint8_t> into, std::size_t& count) {
    count = 0;
    auto step = Step::done;
    link_.reading = true;
    do {
        std::size_t piece = 0;
        link_.taken = 0;
        base::clear_openssl_errors();
        const int outcome = SSL_read_ex(connection_.get(), into.data() + count, into.size() - count, &piece);
        count += piece;
        step = outcome == 1 ? Step::done : step_from(outcome);
    } while (step == Step::done && count < into.size() && holds_records());
    link_.reading = false;
    starved_ = step == Step::wants_read;
    // New keys that the peer asked for. It does not wait for them: if they cannot go now, they go with the next write.
    static_cast<void>(link_.flush());
    // Bytes that came before an end or a failure go first; both are there again at the next read.
    return count > 0 ? Step::done : step;
}

TlsSession::Step TlsSession::write(std::span<const asio::const_buffer> parts, std::size_t& count) {
    count = 0;
    while (true) {
        if (const auto sent = flushed(); sent != Step::done) return sent;
        count += std::exchange(encrypted_, 0);
        while (outgoing().size() < kSendAtOnce) {
            const auto piece = next_piece(parts, count + encrypted_);
            if (piece.empty()) break;
            std::size_t taken = 0;
            base::clear_openssl_errors();
            const int outcome = SSL_write_ex(connection_.get(), piece.data(), piece.size(), &taken);
            if (outcome != 1) return finish(step_from(outcome));
            encrypted_ += taken;
        }
        if (encrypted_ == 0) return Step::done;
    }
}

TlsSession::Step TlsSession::close() {
    if (broken_ || SSL_in_init(connection_.get()) != 0) return Step::failed;
    base::clear_openssl_errors();
    if ((SSL_get_shutdown(connection_.get()) & SSL_SENT_SHUTDOWN) == 0) {
        const int outcome = SSL_shutdown(connection_.get());
        if (outcome < 0) return finish(step_from(outcome));
    }
    return flushed();
}

bool TlsSession::holds_records() const { return SSL_has_pending(connection_.get()) != 0; }

std::string TlsSession::failure() const {
    const long verdict = SSL_get_verify_result(connection_.get());
    const char* const reason = reason_ != 0 ? ERR_reason_error_string(reason_) : nullptr;
    std::string text = reason != nullptr ? reason : "broken connection";
    if (reason == nullptr && link_.error != 0) text = std::generic_category().message(link_.error);
    return verdict == X509_V_OK ? text : text + " (" + X509_verify_cert_error_string(verdict) + ")";
}

}  // namespace http
