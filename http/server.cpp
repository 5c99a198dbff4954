#include "http/server.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <unordered_set>

#include "http/grammar.h"
#include "http/server_connection.h"

namespace http {

using asio::ip::tcp;
using base::ErrorCode;
using base::fail;
using base::Result;

namespace {

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
constexpr std::chrono::milliseconds kAcceptPause{50};  // out of descriptors: others have to be closed first
constexpr std::chrono::milliseconds kStopStep{20};

Result<tcp::endpoint> parse_endpoint(const std::string& address) {
    const auto authority = parse_authority(address);
    if (!authority || !authority->port || !is_ip_literal(authority->host)) {
        return fail(ErrorCode::invalid_input, "listen address is not address:port: " + address);
    }
    return tcp::endpoint(asio::ip::make_address(authority->host), *authority->port);
}

Result<tcp::acceptor> open_acceptor(asio::io_context& io, const tcp::endpoint& endpoint, const std::string& address) {
    tcp::acceptor acceptor(io);
    boost::system::error_code error;
    const auto step = [&](const auto& action) {
        if (!error) action();
    };
    step([&] { acceptor.open(endpoint.protocol(), error); });
    step([&] { acceptor.set_option(tcp::acceptor::reuse_address(true), error); });
    step([&] { acceptor.set_option(ReusePort(true), error); });
    step([&] { acceptor.bind(endpoint, error); });
    step([&] { acceptor.listen(asio::socket_base::max_listen_connections, error); });
    if (error) return fail(ErrorCode::unavailable, "listen on " + address + ": " + error.message());
    return acceptor;
}

}  // namespace

struct Server::State : std::enable_shared_from_this<Server::State> {
    State(asio::io_context& context, ServerOptions options, Handler handler, Report report)
        : io(context), reload_timer(context), shared(std::make_shared<ServerContext>()) {
        shared->options = std::move(options);
        shared->handler = std::move(handler);
        shared->report = std::move(report);
    }

    using Acceptor = std::shared_ptr<tcp::acceptor>;
    asio::awaitable<void> accept_all(Acceptor acceptor, std::shared_ptr<ServerTls> tls);
    asio::awaitable<boost::system::error_code> accept_one(Acceptor acceptor, std::shared_ptr<ServerTls> tls);
    asio::awaitable<void> watch_certificates();
    void reload_changed();
    void admit(tcp::socket socket, const std::shared_ptr<ServerTls>& tls);
    void spawn(asio::awaitable<void> coroutine, std::string_view name);
    void close_listeners();

    asio::io_context& io;
    asio::steady_timer reload_timer;
    std::shared_ptr<ServerContext> shared;
    std::vector<Acceptor> acceptors;
    std::vector<std::shared_ptr<ServerTls>> certificates;
    std::unordered_set<std::shared_ptr<ServerConnection>> connections;
    bool closed = false;
};

// An exception must end neither io_context::run nor, unseen, a loop of the server: it is reported.
void Server::State::spawn(asio::awaitable<void> coroutine, std::string_view name) {
    auto ended = [self = shared_from_this(), name](std::exception_ptr thrown) noexcept {
        if (thrown) self->shared->tell(name, "ended by an exception");
    };
    asio::co_spawn(io, std::move(coroutine), std::move(ended));
}

void Server::State::admit(tcp::socket socket, const std::shared_ptr<ServerTls>& tls) {
    boost::system::error_code ignored;
    if (connections.size() >= shared->options.connection_limit) {
        shared->tell("server", "connection refused: limit reached");
        return socket.close(ignored), void();
    }
    socket.set_option(tcp::no_delay(true), ignored);
    auto stream = tls ? std::make_unique<Stream>(std::move(socket), tls->context()) : std::make_unique<Stream>(std::move(socket));
    stream->inject(shared->options.faults);
    const auto connection = std::make_shared<ServerConnection>(std::move(stream), shared);
    connections.insert(connection);
    auto ended = [self = shared_from_this(), connection](std::exception_ptr thrown) noexcept {
        if (thrown) self->shared->tell(connection->peer(), "connection ended by an exception");
        self->connections.erase(connection);
    };
    asio::co_spawn(io, connection->serve(), asio::bind_cancellation_slot(connection->cancellation_slot(), std::move(ended)));
}

asio::awaitable<boost::system::error_code> Server::State::accept_one(Acceptor acceptor, std::shared_ptr<ServerTls> tls) {
    auto [error, socket] = co_await acceptor->async_accept(kAsTuple);
    if (!error && !closed) admit(std::move(socket), tls);
    co_return error;
}

asio::awaitable<void> Server::State::accept_all(Acceptor acceptor, std::shared_ptr<ServerTls> tls) {
    const auto self = shared_from_this();
    asio::steady_timer pause(io);
    while (!closed) {
        boost::system::error_code error = asio::error::no_memory;
        try {
            error = co_await accept_one(acceptor, tls);
        } catch (const std::exception& thrown) {
            shared->tell("accept", thrown.what());
        }
        if (!error || closed) continue;
        shared->tell("accept", error.message());
        pause.expires_after(kAcceptPause);
        co_await pause.async_wait(kAsTuple);
    }
}

void Server::State::reload_changed() {
    for (const auto& tls : certificates) {
        if (!tls->changed()) continue;
        const auto reloaded = tls->reload();
        shared->tell("certificate", reloaded ? std::string_view("reloaded") : std::string_view(reloaded.error().message()));
    }
}

asio::awaitable<void> Server::State::watch_certificates() {
    const auto self = shared_from_this();
    while (!closed) {
        reload_timer.expires_after(shared->options.reload_interval);
        co_await reload_timer.async_wait(kAsTuple);
        if (!closed) reload_changed();
    }
}

void Server::State::close_listeners() {
    closed = true;
    boost::system::error_code ignored;
    for (const auto& acceptor : acceptors) acceptor->close(ignored);
    acceptors.clear();
    reload_timer.cancel();
}

Server::Server(asio::io_context& io, ServerOptions options, Handler handler, Report report)
    : state_(std::make_shared<State>(io, options, std::move(handler), std::move(report))) {}

Server::~Server() { state_->close_listeners(); }

Result<std::uint16_t> Server::listen(const Listener& listener) {
    TRY(const auto endpoint, parse_endpoint(listener.address));
    TRY(auto opened, open_acceptor(state_->io, endpoint, listener.address));
    const auto acceptor = std::make_shared<tcp::acceptor>(std::move(opened));
    boost::system::error_code error;
    const auto port = acceptor->local_endpoint(error).port();
    if (error) return fail(ErrorCode::unavailable, "listen on " + listener.address + ": " + error.message());
    state_->acceptors.push_back(acceptor);
    state_->spawn(state_->accept_all(acceptor, listener.tls), "accept");
    if (!listener.tls) return port;
    if (state_->certificates.empty()) state_->spawn(state_->watch_certificates(), "certificate");
    state_->certificates.push_back(listener.tls);
    return port;
}

asio::awaitable<void> Server::stop(std::chrono::milliseconds drain) {
    const auto state = state_;
    state->close_listeners();
    state->shared->stopping = true;
    for (const auto& connection : state->connections) connection->stop_if_idle();
    const auto deadline = base::Deadline::after(drain);
    asio::steady_timer step(state->io);
    while (!state->connections.empty()) {
        if (deadline.passed()) {
            for (const auto& connection : state->connections) connection->break_off();
        }
        step.expires_after(kStopStep);
        co_await step.async_wait(kAsTuple);
    }
}

std::size_t Server::connections() const { return state_->connections.size(); }

}  // namespace http
