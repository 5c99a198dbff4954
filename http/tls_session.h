// One TLS connection on a non-blocking socket. OpenSSL reads from the socket itself, and what it writes is sent with as few system calls
// as there are; an idle connection holds no buffer. No step waits; a step that could not go on names the direction in which the socket
// has to become ready before it is repeated.
//
// OpenSSL never learns that the socket is full: it cannot answer a request for new keys (RFC 8446 section 4.6.3) while a record of its
// own is half sent, and would break the connection. What the socket did not take is kept here, and nothing more is encrypted before it
// is gone.
//
// No step raises SIGPIPE, and none leaves an entry in OpenSSL's error queue.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <openssl/ssl.h>

#include <cstdint>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/openssl.h"
#include "http/async.h"

namespace http {

class TlsSession {
public:
    using Socket = asio::ip::tcp::socket;
    // `ended`: the peer closed, with close_notify or without: no body is framed by the end of its connection.
    enum class Step { done, wants_read, wants_write, ended, failed };

    TlsSession(SSL_CTX* context, Socket& socket);  // the socket outlives the session
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    // `name` is what the peer's certificate must be valid for; sent as SNI unless it is an address (RFC 6066 section 3). Before connect().
    [[nodiscard]] base::Result<void> expect_name(const std::string& name);
    [[nodiscard]] Step accept();
    [[nodiscard]] Step connect();

    // Fills `into` with what is here; more than one record if they came together. `count` is not 0 exactly when it is done.
    [[nodiscard]] Step read(std::span<std::uint8_t> into, std::size_t& count);
    // Until all parts are sent or the socket takes no more; small parts share a record. `count` bytes are sent, also when it is not done,
    // and the next write has to begin with the byte behind them: the beginning of it may be encrypted already.
    [[nodiscard]] Step write(std::span<const asio::const_buffer> parts, std::size_t& count);
    // Says close_notify; does not wait for the peer's.
    [[nodiscard]] Step close();

    // Records that came off the socket together with an earlier one and that nobody asked for yet: the socket no longer knows them.
    [[nodiscard]] bool holds_records() const;
    // False when the next read has nothing to look at but the socket.
    [[nodiscard]] bool may_read() const { return !starved_ && holds_records(); }
    [[nodiscard]] std::string failure() const;  // why the last step failed
    [[nodiscard]] std::uint64_t sent() const { return link_.sent; }  // bytes that the socket took, records and all

private:
    // What OpenSSL's calls on the socket come to.
    struct Link {
        Socket& socket;
        int error = 0;  // errno; every later call gets it too
        bool ended = false;
        base::Bytes unsent;  // what the socket did not take
        std::uint64_t sent = 0;
        std::size_t taken = 0;  // from the socket, since the step began
        bool reading = false;
        std::size_t owed = 0;  // what was written while reading, answers to the peer's requests for new keys, since all of it was sent

        static int read(BIO* bio, char* into, int size);
        static int write(BIO* bio, const char* bytes, int size);
        static long control(BIO* bio, int command, long number, void* argument);
        // Sends what was written; false if the socket took less or failed.
        bool flush();
    };
    static const BIO_METHOD* link_method();
    [[nodiscard]] Step finish_handshake(int outcome);
    [[nodiscard]] Step step_from(int outcome);
    [[nodiscard]] Step flushed();
    [[nodiscard]] Step finish(Step step);

    Link link_;
    base::OpensslHandle<SSL, SSL_free> connection_;
    std::size_t encrypted_ = 0;  // bytes that are encrypted, not sent to their end and not reported to the writer
    unsigned long reason_ = 0;  // of the first failure, as in OpenSSL's queue; 0: see the link
    bool starved_ = false;  // the last read wanted more from the socket
    bool broken_ = false;  // RFC 8446 section 6.2: after a fatal error nothing more is sent
};

}  // namespace http
