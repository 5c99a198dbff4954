// An HTTP/1.1 client for one origin, directly or through one proxy, with a connection pool. One object per (thread, origin, proxy):
// everything in it runs on one io_context.
//
// 1xx answers are skipped (at most 8), redirects are handed to the caller, answers' heads pass http/head. A connection goes back to the
// pool only after its answer was read to the very end with nothing left over; else it is closed.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/time.h"
#include "http/async.h"
#include "http/body.h"
#include "http/forward_proxy.h"
#include "http/message.h"
#include "http/origin.h"
#include "http/resolve.h"
#include "http/stream_faults.h"
#include "http/tls.h"

namespace http {

struct ClientOptions {
    std::chrono::milliseconds connect_timeout{5'000};  // resolving, connecting, the tunnel and the TLS handshake together
    std::chrono::milliseconds idle_timeout{60'000};    // between two pieces in either direction
    std::size_t least_rate = 1024;                     // bytes per second of an answer; slower ones use idle_timeout up
    std::chrono::milliseconds keep_alive{60'000};      // an idle pooled connection is closed after this
    std::size_t pooled_connections = 64;               // idle ones kept
    std::size_t head_limit = 64 * 1024;
    std::shared_ptr<const ForwardProxy> proxy;  // null: connect directly
    AddressFilter refuses;                      // empty: no address
    std::shared_ptr<StreamFaults> faults;       // for tests
};

class ClientResponse {
public:
    ClientResponse(ResponseHead head, std::unique_ptr<BodySource> body) : head_(std::move(head)), body_(std::move(body)) {}
    // Content-Length is readable here (the answer to HEAD has it without a body); hop-by-hop fields are gone.
    [[nodiscard]] const ResponseHead& head() const { return head_; }
    [[nodiscard]] BodySource& body() { return *body_; }  // dropping the response before its end closes the connection

private:
    ResponseHead head_;
    std::unique_ptr<BodySource> body_;
};

class Client {
public:
    // `tls` may be null for plain origins only. `workers`: name resolution blocks, so it runs there; join them before `io` goes.
    Client(asio::io_context& io, asio::thread_pool& workers, Origin origin, std::shared_ptr<const ClientTls> tls,
           ClientOptions options = {});
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // Sends head (Host and framing are set here) and body (null: none), returns once the answer's head is there. The answer is read
    // concurrently with sending, so an early refusal of an upload is seen. A stale pooled connection is retried once, if the method is
    // idempotent and there is no body or it can be sent from its first byte: it is empty or rewinds. An answer with neither Content-Length
    // nor chunked coding is malformed: it cannot be told from a cut one. `deadline` bounds the whole exchange, reading the answer's body
    // included: a blob relay passes Deadline::never() and relies on the idle time-out. `body` is not touched any more when this returns.
    // Errors: unavailable (cannot connect, connection broke, malformed answer), timed_out, invalid_input (a head that cannot be sent),
    // and what reading `body` failed with.
    Async<ClientResponse> send(RequestHead head, BodySource* body, base::Deadline deadline);

    [[nodiscard]] const Origin& origin() const;
    [[nodiscard]] std::size_t idle_connections() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace http
