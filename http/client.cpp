#include "http/client.h"

#include <algorithm>
#include <array>
#include <utility>

#include "http/client_pool.h"
#include "http/connect.h"
#include "http/head_writer.h"
#include "http/relay.h"

namespace http {

using base::ErrorCode;
using base::fail;
using base::Result;

namespace {

// The body of an answer. It owns the connection and gives it back once the body was read to its end.
class AnswerBody final : public BodySource {
public:
    AnswerBody(std::unique_ptr<ClientConnection> connection, std::weak_ptr<ClientPool> pool, Framing framing, bool keep_alive)
        : connection_(std::move(connection)),
          pool_(std::move(pool)),
          decoder_(connection_->input(), framing),
          length_(decoder_.length()),
          keep_alive_(keep_alive) {
        if (decoder_.finished()) release();
    }

    Async<std::size_t> read(std::span<std::uint8_t> into) override {
        if (decoder_.finished()) co_return std::size_t{0};
        auto count = co_await decoder_.read(into);
        if (!count) co_return std::unexpected(failed(std::move(count).error()));
        if (decoder_.finished()) release();
        co_return count;
    }

    [[nodiscard]] std::optional<std::uint64_t> length() const override { return length_; }
    [[nodiscard]] std::optional<Unread> unread() override {
        if (decoder_.finished()) return std::nullopt;
        return decoder_.unread();
    }
    void took(std::uint64_t count) override {
        decoder_.took(count);
        if (decoder_.finished()) release();
    }
    // Broken chunks are the upstream's failure.
    [[nodiscard]] base::Error failed(base::Error error) override {
        const auto code = error.code() == ErrorCode::timed_out ? ErrorCode::timed_out : ErrorCode::unavailable;
        return {code, "answer of " + connection_->stream().peer() + ": " + error.message()};
    }

private:
    void release() {
        const auto pool = pool_.lock();
        if (pool && connection_->reusable(keep_alive_)) pool->give(std::move(connection_));
        connection_.reset();
    }

    std::unique_ptr<ClientConnection> connection_;  // null after the end
    std::weak_ptr<ClientPool> pool_;
    BodyDecoder decoder_;  // refers to connection_; not read after the end
    std::optional<std::uint64_t> length_;
    bool keep_alive_;
};

// RFC 9110 section 8.6: methods that usually carry a body say so when they carry none.
Framing empty_body_framing(std::string_view method) {
    const bool expects_body = method == "POST" || method == "PUT" || method == "PATCH";
    return expects_body ? Framing(Framing::Kind::length, 0) : Framing();
}

// RFC 9110 section 9.2.2: what is sent twice may have been done twice. "A client SHOULD NOT automatically retry a request with a
// non-idempotent method unless it has some means to know that [...] the original request was never applied", and a connection that broke
// after a byte was written tells nothing.
bool is_idempotent(std::string_view method) {
    constexpr std::array<std::string_view, 6> kIdempotent{"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"};
    return std::ranges::find(kIdempotent, method) != kIdempotent.end();
}

// So they are given only connections that were used a moment ago, which peers seldom close.
constexpr std::chrono::milliseconds kFreshEnough{5'000};

bool can_be_sent_again(BodySource* body) { return body == nullptr || body->length() == 0U || body->rewind(); }

}  // namespace

struct Client::State {
    asio::thread_pool& workers;
    Origin origin;
    std::shared_ptr<const ClientTls> tls;
    ClientOptions options;
    std::shared_ptr<ClientPool> pool;

    Async<std::unique_ptr<ClientConnection>> open(base::Deadline deadline) const {
        const auto limit = base::Deadline::after(options.connect_timeout).sooner_of(deadline);
        Destination destination{origin, tls, options.proxy, options.refuses, options.faults};
        CO_TRY(auto stream, co_await open_stream(workers, std::move(destination), limit));
        co_return std::make_unique<ClientConnection>(std::move(stream));
    }

    // A plain origin behind a proxy is asked for in absolute form (RFC 9112 section 3.2.2). A tunnel would do as well, but proxies are
    // commonly set up to open those to port 443 only, and this is what Go's clients send.
    bool absolute_form() const { return options.proxy && !origin.tls(); }

    Result<std::string> request_text(RequestHead& head, const Framing& framing) const {
        if (!absolute_form()) return write_request_head(head, origin.authority(), framing);
        if (const auto& secret = options.proxy->authorization()) head.headers.set("Proxy-Authorization", secret->reveal());
        TRY(auto text, write_request_head(head, origin.authority(), framing));
        text.insert(head.method.size() + 1, origin.url());
        return text;
    }

    // 407 is the proxy's own word, never the origin's (RFC 9110 section 15.5.8). What else it says by itself cannot be told apart here.
    bool proxy_refuses(const ResponseHead& answer) const { return absolute_form() && answer.status == 407; }

    std::unique_ptr<ClientConnection> pooled(bool idempotent) const {
        return pool->take(idempotent ? options.keep_alive : std::min(options.keep_alive, kFreshEnough));
    }

    StreamLimits limits(base::Deadline deadline) const { return {options.idle_timeout, deadline, options.least_rate}; }
};

Client::Client(asio::io_context& io, asio::thread_pool& workers, Origin origin, std::shared_ptr<const ClientTls> tls, ClientOptions options)
    : state_(std::make_shared<State>(State{.workers = workers,
                                           .origin = std::move(origin),
                                           .tls = std::move(tls),
                                           .options = options,
                                           .pool = std::make_shared<ClientPool>(io, options.keep_alive, options.pooled_connections)})) {}

Client::~Client() { state_->pool->close(); }

Async<ClientResponse> Client::send(RequestHead head, BodySource* body, base::Deadline deadline) {
    const auto state = state_;
    const auto framing = body != nullptr ? framing_of(*body) : empty_body_framing(head.method);
    CO_TRY(const auto text, state->request_text(head, framing));
    const bool idempotent = is_idempotent(head.method);
    const auto method = head.method == "HEAD" ? RequestMethod::head : RequestMethod::other;

    auto connection = state->pooled(idempotent);
    bool pooled = connection != nullptr;
    while (true) {
        if (!connection) {
            CO_TRY(connection, co_await state->open(deadline));
        }
        connection->set_limits(state->limits(deadline));
        auto response = co_await connection->exchange(text, body, method, state->options.head_limit);
        if (response && state->proxy_refuses(response->head)) {
            co_return fail(ErrorCode::unavailable, "proxy " + state->options.proxy->url() + " answered 407 Proxy Authentication Required");
        }
        if (response) {
            std::weak_ptr<ClientPool> pool = state->pool;
            auto answer = std::make_unique<AnswerBody>(std::move(connection), std::move(pool), response->framing, response->keep_alive);
            co_return ClientResponse(std::move(response->head), std::move(answer));
        }
        // The peer may close an idle connection while a request is on its way; nothing was answered, so nothing was decided.
        const bool stale = pooled && connection->untouched() && response.error().code() == ErrorCode::unavailable;
        if (!stale || !idempotent || !can_be_sent_again(body)) co_return std::unexpected(std::move(response).error());
        connection.reset();
        pooled = false;
    }
}

const Origin& Client::origin() const { return state_->origin; }

std::size_t Client::idle_connections() const { return state_->pool->size(); }

}  // namespace http
