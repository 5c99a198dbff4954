#include "test/unit/http/raw_peers.h"

#include <boost/asio/read_until.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cstring>

namespace asio = http::asio;
using asio::ip::tcp;

namespace {

void set_receive_timeout(tcp::socket& socket, std::chrono::seconds limit) {
    const timeval time{limit.count(), 0};
    ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
}

}  // namespace

RawClient::RawClient(std::uint16_t port) : socket_(io_) {
    socket_.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port));
    socket_.set_option(tcp::no_delay(true));
    set_receive_timeout(socket_, 10s);
}

void RawClient::send(std::string_view bytes) {
    boost::system::error_code ignored;
    asio::write(socket_, asio::buffer(bytes), ignored);
}

void RawClient::send_slowly(std::string_view bytes) {
    for (const char byte : bytes) send(std::string_view(&byte, 1));
}

std::string RawClient::receive() {
    // Not through Asio: it would wait for readiness and ignore SO_RCVTIMEO.
    std::string piece(64 * 1024, '\0');
    const auto count = ::recv(socket_.native_handle(), piece.data(), piece.size(), 0);
    reset_ = count < 0 && errno == ECONNRESET;
    timed_out_ = count < 0 && errno == EAGAIN;
    piece.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return piece;
}

std::string RawClient::read_some() {
    if (pending_.empty()) return receive();
    return std::exchange(pending_, {});
}

std::string RawClient::read_all() {
    std::string all = std::exchange(pending_, {});
    for (auto piece = receive(); !piece.empty(); piece = receive()) all += piece;
    return all;
}

std::string RawClient::read_until(std::string_view end) {
    while (pending_.find(end) == std::string::npos) {
        const auto piece = receive();
        if (piece.empty()) return std::exchange(pending_, {});
        pending_ += piece;
    }
    const auto size = pending_.find(end) + end.size();
    auto text = pending_.substr(0, size);
    pending_.erase(0, size);
    return text;
}

std::string roundtrip(std::uint16_t port, std::string_view bytes) {
    RawClient client(port);
    client.send(bytes);
    return client.read_all();
}

TestServer::TestServer(http::Handler handler, http::ServerOptions options, std::shared_ptr<http::ServerTls> tls) {
    auto noted = [this, handler = std::move(handler)](http::Exchange& exchange) -> http::Async<void> {
        {
            const std::scoped_lock lock(mutex_);
            seen_.push_back(exchange.head().method + " " + exchange.head().target);
        }
        return handler(exchange);
    };
    auto report = [this](std::string_view, std::string_view what) {
        const std::scoped_lock lock(mutex_);
        reports_.emplace_back(what);
    };
    server_.emplace(io, options, std::move(noted), std::move(report));
    port_ = server_->listen({"127.0.0.1:0", std::move(tls)}).value();
    thread_ = std::thread([this] { io.run(); });
}

TestServer::~TestServer() {
    static_cast<void>(stop(0ms));
    io.stop();
    thread_.join();
    workers.join();
    server_.reset();
}

std::vector<std::string> TestServer::seen() const {
    const std::scoped_lock lock(mutex_);
    return seen_;
}

std::vector<std::string> TestServer::reports() const {
    const std::scoped_lock lock(mutex_);
    return reports_;
}

bool TestServer::stop(std::chrono::milliseconds drain) {
    auto stopped = asio::co_spawn(io, server_->stop(drain), asio::use_future);
    return stopped.wait_for(10s) == std::future_status::ready;
}

std::size_t TestServer::connections() {
    auto count = asio::post(io, asio::use_future([this] { return server_->connections(); }));
    return count.get();
}

http::Async<void> echo(http::Exchange& exchange) {
    CO_TRY(const auto body, co_await http::read_all(exchange.body(), 1024 * 1024));
    const auto content = base::to_bytes(exchange.head().method + " " + exchange.head().target + "|" + std::string(base::as_text(body)));
    CO_TRY_VOID(co_await exchange.respond(http::ResponseHead(), content));
    co_return base::Result<void>();
}

RawUpstream::RawUpstream(std::function<void(Socket&)> script)
    : acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)), port_(acceptor_.local_endpoint().port()) {
    thread_ = std::thread([this, script = std::move(script)] {
        while (true) {
            Socket socket(io_);
            boost::system::error_code error;
            acceptor_.accept(socket, error);
            if (error || stopping_) return;
            ++accepted_;
            set_receive_timeout(socket, 10s);
            script(socket);
        }
    });
}

RawUpstream::~RawUpstream() {
    stopping_ = true;
    boost::system::error_code ignored;
    Socket wake(io_);
    wake.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port_), ignored);
    thread_.join();
}

void write_to(RawUpstream::Socket& socket, std::string_view bytes) {
    boost::system::error_code ignored;
    asio::write(socket, asio::buffer(bytes), ignored);
}

std::string read_head_from(RawUpstream::Socket& socket) {
    std::string text;
    char byte = 0;
    while (!text.ends_with("\r\n\r\n") && ::recv(socket.native_handle(), &byte, 1, 0) == 1) text += byte;
    return text;
}

http::Async<std::size_t> PatternBody::read(std::span<std::uint8_t> into) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_));
    std::memset(into.data(), static_cast<int>('a' + taken_ % 23), count);
    left_ -= count;
    taken_ += count;
    co_return count;
}

http::Async<std::size_t> BrokenBody::read(std::span<std::uint8_t> into) {
    if (content_.empty()) co_return base::fail(base::ErrorCode::unavailable, "body broke");
    const auto count = std::min(into.size(), content_.size());
    std::memcpy(into.data(), content_.data(), count);
    content_.erase(0, count);
    co_return count;
}
