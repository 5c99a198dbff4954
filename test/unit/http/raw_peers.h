// The other side of a connection, byte by byte and blocking, and the way to run a coroutine in a test.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "http/server.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

using namespace std::chrono_literals;

// Runs the coroutine function on a fresh io_context and worker pool to its end; throws what it throws, or when it takes too long.
class Loop {
public:
    Loop() : workers(1) {}
    ~Loop() { workers.join(); }

    template <typename T>
    T run(http::asio::awaitable<T> coroutine, std::chrono::seconds limit = 30s) {
        std::optional<T> result;
        std::exception_ptr failure;
        auto wrapped = [](http::asio::awaitable<T> inner, std::optional<T>& out) -> http::asio::awaitable<void> {
            out.emplace(co_await std::move(inner));
        };
        auto ended = [&](std::exception_ptr thrown) {
            failure = thrown;
            io.stop();
        };
        http::asio::co_spawn(io, wrapped(std::move(coroutine), result), ended);
        io.restart();
        io.run_for(limit);
        if (failure) std::rethrow_exception(failure);
        if (!result) throw std::runtime_error("the coroutine did not end in time");
        return *std::move(result);
    }

    http::asio::io_context io{1};
    http::asio::thread_pool workers;
};

// A blocking client that sends and receives exactly what it is told; every read gives up after ten seconds.
class RawClient {
public:
    explicit RawClient(std::uint16_t port);
    void send(std::string_view bytes);        // errors are ignored: the server may have closed
    void send_slowly(std::string_view bytes);  // one byte per segment
    [[nodiscard]] std::string read_some();    // empty: closed or timed out
    [[nodiscard]] std::string read_all();     // until the server closes
    [[nodiscard]] std::string read_until(std::string_view end);
    [[nodiscard]] bool reset() const { return reset_; }  // the last read met a reset
    [[nodiscard]] bool timed_out() const { return timed_out_; }
    [[nodiscard]] int native_handle() { return socket_.native_handle(); }

private:
    std::string receive();
    http::asio::io_context io_;
    http::asio::ip::tcp::socket socket_;
    std::string pending_;
    bool reset_ = false;
    bool timed_out_ = false;
};

[[nodiscard]] std::string roundtrip(std::uint16_t port, std::string_view bytes);  // sends, reads until the server closes

// A Server on its own thread and loopback port. The handler runs there; what it saw is kept for the test's thread.
class TestServer {
public:
    explicit TestServer(http::Handler handler, http::ServerOptions options = {}, std::shared_ptr<http::ServerTls> tls = nullptr);
    ~TestServer();
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::vector<std::string> seen() const;     // "METHOD target" of every request that reached the handler
    [[nodiscard]] std::vector<std::string> reports() const;
    [[nodiscard]] bool stop(std::chrono::milliseconds drain);  // true when no connection is left
    [[nodiscard]] std::size_t connections();

    http::asio::io_context io{1};
    http::asio::thread_pool workers{1};

private:
    mutable std::mutex mutex_;
    std::vector<std::string> seen_;
    std::vector<std::string> reports_;
    std::optional<http::Server> server_;
    std::uint16_t port_ = 0;
    http::asio::executor_work_guard<http::asio::io_context::executor_type> busy_{io.get_executor()};  // runs until io.stop()
    std::thread thread_;
};

// Answers every request 200 with "METHOD target|" and the request's body.
[[nodiscard]] http::Async<void> echo(http::Exchange& exchange);

// A blocking upstream: every accepted connection is handed to the script in turn, on one thread.
class RawUpstream {
public:
    using Socket = http::asio::ip::tcp::socket;
    explicit RawUpstream(std::function<void(Socket&)> script);
    ~RawUpstream();
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    [[nodiscard]] int accepted() const { return accepted_; }

private:
    http::asio::io_context io_;
    http::asio::ip::tcp::acceptor acceptor_;
    std::uint16_t port_;
    std::atomic<int> accepted_ = 0;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

void write_to(RawUpstream::Socket& socket, std::string_view bytes);
[[nodiscard]] std::string read_head_from(RawUpstream::Socket& socket);

// A body of a pattern that is made as it is read, and counts what was taken.
class PatternBody final : public http::BodySource {
public:
    PatternBody(std::uint64_t size, std::optional<std::uint64_t> declared) : left_(size), declared_(declared) {}
    http::Async<std::size_t> read(std::span<std::uint8_t> into) override;
    [[nodiscard]] std::optional<std::uint64_t> length() const override { return declared_; }
    [[nodiscard]] std::uint64_t taken() const { return taken_; }

private:
    std::uint64_t left_;
    std::optional<std::uint64_t> declared_;
    std::atomic<std::uint64_t> taken_ = 0;
};

// Gives its bytes, then fails.
class BrokenBody final : public http::BodySource {
public:
    BrokenBody(std::string content, std::optional<std::uint64_t> declared) : content_(std::move(content)), declared_(declared) {}
    http::Async<std::size_t> read(std::span<std::uint8_t> into) override;
    [[nodiscard]] std::optional<std::uint64_t> length() const override { return declared_; }

private:
    std::string content_;
    std::optional<std::uint64_t> declared_;
};
