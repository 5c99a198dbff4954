#include "http/pipe.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "test/support/catch.h"

namespace {

// Two connected sockets that do not block.
struct Ends {
    std::array<int, 2> sockets{};
    Ends() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets.data()) == 0); }
    ~Ends() {
        ::close(sockets[0]);
        if (sockets[1] >= 0) ::close(sockets[1]);
    }
};

}  // namespace

TEST_CASE("bytes pass a pipe from one socket to another, so many as asked for") {
    Ends from;
    Ends to;
    const auto pipe = http::Pipe::borrow().value();
    CHECK(pipe->capacity() >= 4096);
    CHECK(pipe->fill(from.sockets[0], 10) == -1);
    CHECK(errno == EAGAIN);
    REQUIRE(::send(from.sockets[1], "abcdef", 6, 0) == 6);
    CHECK(pipe->fill(from.sockets[0], 4) == 4);
    CHECK(pipe->size() == 4);
    CHECK(pipe->drain(to.sockets[0]) == 4);
    CHECK(pipe->size() == 0);
    std::array<char, 10> received{};
    CHECK(::recv(to.sockets[1], received.data(), received.size(), 0) == 4);
    CHECK(std::string(received.data(), 4) == "abcd");
    ::shutdown(from.sockets[1], SHUT_WR);
    CHECK(pipe->fill(from.sockets[0], 10) == 2);
    CHECK(pipe->fill(from.sockets[0], 10) == 0);
}

TEST_CASE("an empty pipe is lent again, one with something in it never") {
    Ends from;
    auto pipe = http::Pipe::borrow().value();
    const auto* const first = pipe.get();
    http::Pipe::give_back(std::move(pipe));
    pipe = http::Pipe::borrow().value();
    CHECK(pipe.get() == first);
    REQUIRE(::send(from.sockets[1], "secret", 6, 0) == 6);
    CHECK(pipe->fill(from.sockets[0], 6) == 6);
    http::Pipe::give_back(std::move(pipe));
    pipe = http::Pipe::borrow().value();
    CHECK(pipe->size() == 0);
}

TEST_CASE("a peer that has gone is an error, not a signal") {
    struct sigaction before{};
    struct sigaction fatal{};
    fatal.sa_handler = SIG_DFL;
    ::sigaction(SIGPIPE, &fatal, &before);
    Ends from;
    Ends to;
    const auto pipe = http::Pipe::borrow().value();
    REQUIRE(::send(from.sockets[1], "abc", 3, 0) == 3);
    REQUIRE(pipe->fill(from.sockets[0], 3) == 3);
    ::close(std::exchange(to.sockets[1], -1));
    CHECK(pipe->drain(to.sockets[0]) == -1);
    CHECK(errno == EPIPE);
    sigset_t pipe_signal;  // pending for this thread, which does not take it
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    const timespec at_once{};
    static_cast<void>(::sigtimedwait(&pipe_signal, nullptr, &at_once));
    ::sigaction(SIGPIPE, &before, nullptr);
}

TEST_CASE("a pipe that the kernel makes small is not used, and not kept") {
    // pipe(7): what an unprivileged user gets who has more than pipe-user-pages-soft in pipes already. Root is asked nothing, so its child
    // becomes somebody.
    const auto child = ::fork();
    if (child == 0) {
        constexpr uid_t kNobodyElse = 64'213;
        std::vector<int> held;
        if (::geteuid() == 0 && ::setresuid(kNobodyElse, kNobodyElse, kNobodyElse) != 0) ::_exit(10);
        for (int i = 0; i < 400; ++i) {  // 256 KiB each
            int ends[2];
            if (::pipe(ends) != 0) ::_exit(11);
            static_cast<void>(::fcntl(ends[1], F_SETPIPE_SZ, 256 * 1024));
            held.insert(held.end(), {ends[0], ends[1]});
        }
        if (::fcntl(held.back(), F_GETPIPE_SZ) >= 64 * 1024) ::_exit(12);
        const bool refused = !http::Pipe::borrow() && !http::Pipe::borrow();
        for (const int end : held) ::close(end);
        const auto pipe = http::Pipe::borrow();
        ::_exit(refused && pipe && (*pipe)->capacity() >= 64 * 1024 ? 0 : 13);
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("without descriptors there is no pipe") {
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    std::vector<std::unique_ptr<http::Pipe>> kept;
    rlimit none = before;
    none.rlim_cur = 0;
    ::setrlimit(RLIMIT_NOFILE, &none);
    auto pipe = http::Pipe::borrow();
    for (; pipe && kept.size() < 100; pipe = http::Pipe::borrow()) kept.push_back(*std::move(pipe));
    ::setrlimit(RLIMIT_NOFILE, &before);
    CHECK(kept.size() < 100);
    CHECK(pipe.error().code() == base::ErrorCode::unavailable);
}
