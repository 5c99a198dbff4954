// The server side of HTTP/1.1: listeners, keep-alive, time-outs, limits, graceful stop. One Server per thread and io_context; several
// bind the same address (SO_REUSEPORT). Heads pass http/head before anything else looks at them: what fails is answered 400 and closed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/async.h"
#include "http/body.h"
#include "http/head.h"
#include "http/message.h"
#include "http/stream_faults.h"
#include "http/tls.h"

namespace http {

class ReadyAnswers;

struct ServerOptions {
    std::chrono::milliseconds head_timeout{10'000};  // for the whole head, not per byte
    std::chrono::milliseconds handshake_timeout{5'000};
    std::chrono::milliseconds idle_timeout{90'000};  // between two requests; Go clients keep connections 30 to 90 s
    std::chrono::milliseconds body_timeout{60'000};  // between two pieces of a body, in either direction
    std::size_t body_rate = 1024;                    // bytes per second; slower ones use body_timeout up
    std::size_t head_limit = 16 * 1024;
    std::size_t field_limit = 100;
    std::size_t connection_limit = 10'000;
    std::chrono::milliseconds reload_interval{1'000};  // how often certificate files are looked at
    std::shared_ptr<ReadyAnswers> ready;               // null: every request goes to the handler
    std::shared_ptr<StreamFaults> faults;              // for tests
};

// One request and the way to answer it. Exactly one respond* call that succeeds or fails after responded() became true; one that failed
// before (a body that broke before its first piece, a header that cannot be sent) may be followed by another.
// A request body that was not read to its end when the answer begins costs the connection: at most 64 KiB of it are drained.
class Exchange {
public:
    virtual ~Exchange() = default;
    [[nodiscard]] virtual const RequestHead& head() const = 0;
    [[nodiscard]] virtual BodySource& body() = 0;
    // The client's own fault, if reading its body failed: 400 for broken framing, 408 for a body that stopped coming.
    [[nodiscard]] virtual std::optional<unsigned> blame() const = 0;
    [[nodiscard]] virtual bool tls() const = 0;
    [[nodiscard]] virtual std::string peer() const = 0;  // address:port
    // Content-Length is content.size(); for HEAD the length is written and the content is not.
    virtual Async<void> respond(ResponseHead head, base::BytesView content) = 0;
    // An answer to HEAD that says what GET would have: `length` without a body (nullopt: no length field).
    virtual Async<void> respond_head(ResponseHead head, std::optional<std::uint64_t> length) = 0;
    // Relays with back-pressure; framing follows body.length(). If the body ends early the connection is closed, never completed.
    virtual Async<void> respond_stream(ResponseHead head, BodySource& body) = 0;
    [[nodiscard]] virtual bool responded() const = 0;  // a byte of the answer may have left
    [[nodiscard]] virtual std::uint64_t bytes_sent() const = 0;  // of the answer's body
};

// An answer that stands ready in memory, in the pieces of its way onto the wire.
struct ReadyAnswer {
    std::string_view head;                // prepare_response_head()
    base::BytesView body;                 // empty where the request is HEAD
    std::shared_ptr<const void> owner;    // of both
    std::shared_ptr<const void> subject;  // whatever sent() needs
    std::chrono::steady_clock::time_point asked;
    bool to_head = false;
};

// Answers without a coroutine, a copy or an allocation. Asked before the Handler, on the server's thread, for requests without a body on
// connections that stay open.
class ReadyAnswers {
public:
    virtual ~ReadyAnswers() = default;
    [[nodiscard]] virtual std::optional<ReadyAnswer> find(const RequestView& request) = 0;
    virtual void sent(const ReadyAnswer& answer, std::string_view peer, std::uint64_t body_bytes) = 0;  // as far as it got
};

// An error return, an exception, or no respond call: 500 if nothing was sent yet (400 or 408 if reading the request's body failed by
// the client's fault), and the connection is closed.
using Handler = std::function<Async<void>(Exchange&)>;
// For what never reaches the handler: refused heads, failed handshakes, handler errors. One line of text each.
using Report = std::function<void(std::string_view peer, std::string_view what)>;

struct Listener {
    std::string address;                 // "127.0.0.1:5000", "[::1]:5000"; port 0 takes a free one
    std::shared_ptr<ServerTls> tls;      // null: plain
};

class Server {
public:
    Server(asio::io_context& io, ServerOptions options, Handler handler, Report report);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    [[nodiscard]] base::Result<std::uint16_t> listen(const Listener& listener);  // returns the port
    // Stops accepting, lets running requests finish until the deadline, then breaks them off. Call on the io_context's thread;
    // resolves when no connection is left.
    asio::awaitable<void> stop(std::chrono::milliseconds drain);
    [[nodiscard]] std::size_t connections() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace http
