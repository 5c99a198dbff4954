// What a stream is made of, for stream.cpp and stream_state.cpp only: the socket, its TLS session, and how its operations wait.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <string>
#include <string_view>

#include "http/stream.h"
#include "http/tls_session.h"

namespace http {

// Awaited without a coroutine frame of its own.
inline constexpr asio::as_tuple_t<asio::deferred_t> kNoFrame{};

struct Stream::State : std::enable_shared_from_this<Stream::State> {
    using SteadyTime = base::Deadline::SteadyTime;
    using Step = TlsSession::Step;
    static constexpr SteadyTime kNever = SteadyTime::max();

    // What is under way in one direction.
    struct Waiting {
        Socket::wait_type direction;
        bool noted = false;  // it waits, or is about to, for the socket to be ready in this direction
    };
    // Takes an operation's note back, however it ends.
    struct Note {
        State& state;
        Waiting& waiting;
        ~Note() { state.take_back(waiting); }
    };

    explicit State(Socket plain) : socket(std::move(plain)), timer(socket.get_executor()) {
        boost::system::error_code ignored;
        remote = socket.remote_endpoint(ignored);
    }

    [[nodiscard]] std::string peer() const;
    [[nodiscard]] base::Error error_from(const std::string& reason, std::string_view operation) const;

    [[nodiscard]] StreamFaults::Fault fault(StreamFaults::Operation operation);
    [[nodiscard]] bool start();
    [[nodiscard]] bool note(Waiting& waiting);
    void take_back(Waiting& waiting);
    void progress(Waiting& waiting, std::size_t count);
    [[nodiscard]] bool waits() const { return reading.noted || writing.noted; }
    void begin_wait(SteadyTime now);
    void count_wait(SteadyTime now);
    void buy_time(std::size_t count);
    [[nodiscard]] std::size_t untaken() const;
    void count_taken(SteadyTime now);
    void arm(SteadyTime when);
    void expired();
    void cancel();
    asio::awaitable<boost::system::error_code> wait(Waiting& waiting);
    asio::awaitable<boost::system::error_code> take_turns();

    Async<void> shake_hands(Step (TlsSession::*step)(), std::string operation);
    asio::awaitable<void> say_close_notify();
    asio::awaitable<void> forget_input(std::size_t limit);
    base::Result<std::optional<std::size_t>> read(std::span<std::uint8_t> into);
    base::Result<std::size_t> write(std::span<const asio::const_buffer> parts);
    base::Result<std::optional<std::size_t>> read(Pipe& into, std::size_t most);
    base::Result<std::size_t> write(Pipe& from);
    void never_block();
    // What is read at most after this, of `most`; 0 at the end.
    base::Result<std::size_t> begin_read(std::size_t most);
    base::Result<std::optional<std::size_t>> read_outcome(ssize_t received);
    base::Result<std::size_t> write_outcome(ssize_t sent);

    Socket socket;
    std::unique_ptr<TlsSession> secure;    // refers to the socket
    std::shared_ptr<StreamFaults> faults;  // null but in tests
    asio::steady_timer timer;
    asio::ip::tcp::endpoint remote;
    StreamLimits limits{std::chrono::milliseconds::max()};
    Waiting reading{Socket::wait_read};
    Waiting writing{Socket::wait_write};
    SteadyTime since{};          // when the wait under way began, in whichever direction, or last saw bytes
    SteadyTime until = kNever;   // how long it may take
    std::chrono::nanoseconds patience{0};  // what is left of the idle time, where a least rate is asked for
    SteadyTime armed_for = kNever;
    std::size_t offered = 0;  // untaken() when the write that waits began to
    std::size_t moved = 0;    // bytes since the last wait
    std::uint32_t cancels = 0;
    bool timed_out = false;
    bool ended = false;  // by the peer
};

}  // namespace http
