#include "http/client.h"

#include <utility>

#include "http/client_pool.h"
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
        if (!count) co_return fail(error_code(count.error()), "answer of " + connection_->stream().peer() + ": " + count.error().message());
        if (decoder_.finished()) release();
        co_return count;
    }

    [[nodiscard]] std::optional<std::uint64_t> length() const override { return length_; }

private:
    // Broken chunks are the upstream's failure.
    static ErrorCode error_code(const base::Error& error) {
        return error.code() == ErrorCode::timed_out ? ErrorCode::timed_out : ErrorCode::unavailable;
    }

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
        CO_TRY(auto connection, co_await ClientConnection::open(workers, origin, tls, limit));
        co_return connection;
    }

    StreamLimits limits(base::Deadline deadline) const { return {options.idle_timeout, deadline}; }
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
    CO_TRY(const auto text, write_request_head(head, state->origin.authority(), framing));
    const auto method = head.method == "HEAD" ? RequestMethod::head : RequestMethod::other;

    auto connection = state->pool->take();
    bool pooled = connection != nullptr;
    while (true) {
        if (!connection) {
            CO_TRY(connection, co_await state->open(deadline));
        }
        connection->stream().set_limits(state->limits(deadline));
        auto response = co_await connection->exchange(text, body, method, state->options.head_limit);
        if (response) {
            std::weak_ptr<ClientPool> pool = state->pool;
            auto answer = std::make_unique<AnswerBody>(std::move(connection), std::move(pool), response->framing, response->keep_alive);
            co_return ClientResponse(std::move(response->head), std::move(answer));
        }
        // The peer may close an idle connection while a request is on its way; nothing was answered, so nothing was decided.
        const bool stale = pooled && connection->untouched() && response.error().code() == ErrorCode::unavailable;
        if (!stale || !can_be_sent_again(body)) co_return std::unexpected(std::move(response).error());
        connection.reset();
        pooled = false;
    }
}

const Origin& Client::origin() const { return state_->origin; }

std::size_t Client::idle_connections() const { return state_->pool->size(); }

}  // namespace http
