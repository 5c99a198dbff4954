// How long a client lets an upstream take.
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <array>

#include "test/support/catch.h"
#include "test/unit/http/fetcher.h"

using base::Deadline;
using base::ErrorCode;

namespace {

// An answer that begins at once and goes on byte by byte.
RawUpstream dripping(std::string beginning, int bytes, std::chrono::milliseconds pause) {
    return RawUpstream([=](RawUpstream::Socket& socket) {
        static_cast<void>(read_head_from(socket));
        write_to(socket, beginning);
        boost::system::error_code error;
        for (int i = 0; i < bytes && !error; ++i) {
            std::this_thread::sleep_for(pause);
            http::asio::write(socket, http::asio::buffer("x", 1), error);
        }
    });
}

}  // namespace

TEST_CASE("a request times out when it is idle and when its deadline passes") {
    auto upstream = dripping("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", 40, 50ms);
    http::ClientOptions options;
    options.idle_timeout = 20ms;
    CHECK(Fetcher(upstream.url(), nullptr, options).get().error().code() == ErrorCode::timed_out);
    Fetcher patient(upstream.url());
    CHECK(patient.send(request("GET"), nullptr, Deadline::after(300ms)).error().code() == ErrorCode::timed_out);
    CHECK(patient.send(request("GET"), nullptr, Deadline::after(0ms)).error().code() == ErrorCode::timed_out);
}

TEST_CASE("an upload that goes on may take longer than its answer would be waited for") {
    class SlowBody final : public http::BodySource {
    public:
        http::Async<std::size_t> read(std::span<std::uint8_t> into) override {
            if (left_ == 0) co_return std::size_t{0};
            http::asio::steady_timer timer(co_await http::asio::this_coro::executor, 60ms);
            co_await timer.async_wait(http::kAsTuple);
            --left_;
            into[0] = 'x';
            co_return std::size_t{1};
        }
        [[nodiscard]] std::optional<std::uint64_t> length() const override { return 10; }

    private:
        std::size_t left_ = 10;
    };
    const auto server = [](bool answers) {
        return [answers](RawUpstream::Socket& socket) {
            static_cast<void>(read_head_from(socket));
            std::array<char, 10> content;
            boost::system::error_code error;
            http::asio::read(socket, http::asio::buffer(content), error);
            if (answers) return write_to(socket, kOk);
            std::this_thread::sleep_for(600ms);
        };
    };
    http::ClientOptions options;
    options.idle_timeout = 250ms;
    RawUpstream answering(server(true));
    SlowBody body;
    CHECK(Fetcher(answering.url(), nullptr, options).send(request("PUT"), &body).value().status == 200);
    RawUpstream silent(server(false));
    SlowBody again;
    CHECK(Fetcher(silent.url(), nullptr, options).send(request("PUT"), &again).error().code() == ErrorCode::timed_out);
}

TEST_CASE("an answer whose body comes too slowly is timed out") {
    auto upstream = dripping("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", 100, 10ms);
    http::ClientOptions options;
    options.idle_timeout = 300ms;
    CHECK(Fetcher(upstream.url(), nullptr, options).get().error().code() == ErrorCode::timed_out);
    options.least_rate = 20;
    CHECK(Fetcher(upstream.url(), nullptr, options).get().value().body.size() == 100);
}

TEST_CASE("an answer whose head comes too slowly is timed out, that of an upload as well") {
    auto upstream = dripping("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Slow: ", 60, 10ms);
    http::ClientOptions options;
    options.idle_timeout = 200ms;
    CHECK(Fetcher(upstream.url(), nullptr, options).get().error().code() == ErrorCode::timed_out);
    http::BytesBody body(base::to_bytes("abc"));
    const auto uploaded = Fetcher(upstream.url(), nullptr, options).send(request("PUT"), &body);
    CHECK(uploaded.error().code() == ErrorCode::timed_out);
}
