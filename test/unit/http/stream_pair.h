// A Stream on a loopback socket and the blocking socket at its other end.
#pragma once

#include <boost/asio/write.hpp>

#include "http/stream.h"
#include "test/unit/http/raw_peers.h"

inline http::StreamLimits idle(std::chrono::milliseconds time) { return http::StreamLimits{time}; }

class StreamPair {
public:
    using Socket = http::Stream::Socket;

    // The peer has sent `received` and, unless `open`, closed its direction.
    enum class Peer { closed, open };
    explicit StreamPair(std::string_view received = {}, Peer peer = Peer::closed) : peer_(peer_io_) {
        const http::asio::ip::tcp::endpoint any(http::asio::ip::address_v4::loopback(), 0);
        http::asio::ip::tcp::acceptor acceptor(peer_io_, any);
        Socket ours(loop_.io);
        ours.connect(acceptor.local_endpoint());
        acceptor.accept(peer_);
        stream_ = std::make_unique<http::Stream>(std::move(ours));
        // A thread, since what is received may be more than the kernel holds.
        writer_ = std::thread([this, text = std::string(received), peer] {
            boost::system::error_code ignored;
            http::asio::write(peer_, http::asio::buffer(text), ignored);
            if (peer == Peer::closed) peer_.shutdown(Socket::shutdown_send, ignored);
        });
    }
    ~StreamPair() {
        stream_.reset();
        writer_.join();
    }

    [[nodiscard]] http::Stream& stream() { return *stream_; }
    [[nodiscard]] std::unique_ptr<http::Stream> release() { return std::move(stream_); }
    [[nodiscard]] Socket& peer() { return peer_; }
    template <typename T>
    T run(http::asio::awaitable<T> coroutine) {
        return loop_.run(std::move(coroutine));
    }
    [[nodiscard]] Loop& loop() { return loop_; }

    // All that the stream wrote; closes the stream first.
    [[nodiscard]] std::string written() {
        stream_.reset();
        std::string all;
        std::array<char, 4096> piece;
        boost::system::error_code error;
        while (true) {
            const auto count = peer_.read_some(http::asio::buffer(piece), error);
            if (error) return all;
            all.append(piece.data(), count);
        }
    }

private:
    Loop loop_;
    http::asio::io_context peer_io_;
    Socket peer_;
    std::unique_ptr<http::Stream> stream_;
    std::thread writer_;
};
