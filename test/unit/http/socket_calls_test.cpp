#include "http/socket_calls.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>

#include "test/support/catch.h"

namespace {

// Two connected sockets that would wait.
struct Ends {
    std::array<int, 2> sockets{};
    Ends() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, sockets.data()) == 0); }
    ~Ends() {
        ::close(sockets[0]);
        if (sockets[1] >= 0) ::close(sockets[1]);
    }
    void close_second() {
        ::close(sockets[1]);
        sockets[1] = -1;
    }
};

}  // namespace

TEST_CASE("reading from a silent socket does not wait, nor does writing to a full one") {
    const Ends ends;
    std::array<char, 10> into{};
    CHECK(http::receive_now(ends.sockets[0], into.data(), into.size()) == -1);
    CHECK(http::would_block(errno));
    const std::string much(1024 * 1024, 'x');
    const std::array<boost::asio::const_buffer, 1> parts{boost::asio::buffer(much)};
    ssize_t count = 0;
    for (int i = 0; i < 100 && count >= 0; ++i) count = http::send_now(ends.sockets[0], parts);
    CHECK(count == -1);
    CHECK(http::would_block(errno));
}

TEST_CASE("parts are sent in order, empty ones too, and no more than the call takes") {
    const Ends ends;
    std::array<boost::asio::const_buffer, http::kMostParts + 1> parts;
    parts.fill(boost::asio::buffer("ab", 2));
    parts[1] = boost::asio::const_buffer();
    CHECK(http::send_now(ends.sockets[0], parts) == 2 * static_cast<ssize_t>(http::kMostParts - 1));
    std::array<char, 100> into{};
    CHECK(http::receive_now(ends.sockets[1], into.data(), 4, MSG_PEEK) == 4);
    CHECK(http::receive_now(ends.sockets[1], into.data(), into.size()) == 14);
    CHECK(std::string(into.data(), 14) == "ababababababab");
}

TEST_CASE("a socket whose peer has gone is at its end to read and an error to write, not a signal") {
    struct sigaction before{};
    struct sigaction fatal{};
    fatal.sa_handler = SIG_DFL;
    ::sigaction(SIGPIPE, &fatal, &before);
    Ends ends;
    ends.close_second();
    std::array<char, 10> into{};
    CHECK(http::receive_now(ends.sockets[0], into.data(), into.size()) == 0);
    const std::array<boost::asio::const_buffer, 1> parts{boost::asio::buffer("x", 1)};
    CHECK(http::send_now(ends.sockets[0], parts) == -1);
    CHECK(errno == EPIPE);
    CHECK_FALSE(http::would_block(errno));
    ::sigaction(SIGPIPE, &before, nullptr);
}
