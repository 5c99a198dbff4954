// One byte stream to a peer, plain or TLS, with its time-outs. Everything of one stream runs on its io_context's thread; one read and
// one write may be under way at the same time.
//
// What can be done at once is done at once, without an allocation; only what has to wait goes through the event loop. A stream that is
// always ready lets others have their turn now and then.
//
// Time-outs cost no timer per operation: an operation notes until when it may take, and one lazy timer per stream looks at the notes.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <openssl/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/time.h"
#include "http/async.h"
#include "http/stream_faults.h"

namespace http {

class Pipe;

// How long the peer may keep us waiting. Bytes in either direction show that it is there: they end the idle time and begin it anew. A
// peer that sends or takes a byte now and then must not keep a connection for ever: where a least rate is asked for, waiting uses the idle
// time up, and bytes give it back at that rate only, up to the whole. Time in which the stream is not used does not count.
struct StreamLimits {
    std::chrono::milliseconds idle;
    base::Deadline deadline = base::Deadline::never();
    std::size_t least_rate = 0;  // bytes per second; 0: none. Only with an idle time that ends
};

class Stream {
public:
    using Socket = asio::ip::tcp::socket;

    explicit Stream(Socket socket);                                            // plain
    Stream(Socket socket, const std::shared_ptr<SSL_CTX>& context);             // TLS: handshake first
    ~Stream();  // closes
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    void set_limits(StreamLimits limits);
    void inject(std::shared_ptr<StreamFaults> faults);  // for tests; null, as it is without: none

    Async<void> accept_tls();
    // `name` is what the peer's certificate must be valid for; sent as SNI unless it is an address (RFC 6066 section 3).
    Async<void> connect_tls(std::string name);

    // At least one byte; 0 at the peer's end. Errors: timed_out, unavailable.
    Async<std::size_t> read_some(std::span<std::uint8_t> into);
    // All of it, with one system call where the kernel takes it at once. At most 8 parts.
    Async<void> write(std::span<const asio::const_buffer> parts);

    // The same without waiting and without an allocation, whatever the limits say. nullopt: nothing is there; 0: the peer's end.
    [[nodiscard]] base::Result<std::optional<std::size_t>> try_read(std::span<std::uint8_t> into);
    // How many bytes were taken, perhaps none: what is written next has to begin with the byte behind them. One system call when plain;
    // over TLS small parts share a record.
    [[nodiscard]] base::Result<std::size_t> try_write(std::span<const asio::const_buffer> parts);
    // Waits until try_read() has something to look at: bytes, the end, an error. It may still find nothing (a TLS record that carries
    // no data, or only a piece of one); then wait again. Holds no buffer meanwhile.
    Async<void> wait_readable();
    // The same for try_write().
    Async<void> wait_writable();

    // For whoever moves much with try_read() and try_write(), which look at no time: an error when the deadline has passed, and lets
    // other connections of the thread have their turn when it is their time.
    Async<void> take_turns();
    // Between a plain stream's socket and a pipe, inside the kernel: as try_read (of at most `most` bytes) and try_write. A pipe that is
    // full, or empty, moves nothing.
    [[nodiscard]] base::Result<std::optional<std::size_t>> try_read(Pipe& into, std::size_t most);
    [[nodiscard]] base::Result<std::size_t> try_write(Pipe& from);

    // Lets the peer read what was sent before the connection goes: closes our direction, then reads and forgets at most `limit` bytes
    // (closing with unread bytes makes the kernel send a reset, which can overtake the answer).
    asio::awaitable<void> linger(std::size_t limit, std::chrono::milliseconds time);
    // Interrupts what is under way; the stream can still be lingered or aborted.
    void cancel();
    // Closes with a reset, so that a peer cannot take what it got for complete.
    void abort();

    // False if the peer closed it or sent something that was not read, even if it is not decrypted yet.
    [[nodiscard]] bool idle_and_open();
    [[nodiscard]] bool tls() const;
    [[nodiscard]] std::string peer() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace http
