#include "http/pipe.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

namespace http {

using base::ErrorCode;
using base::fail;
using base::Result;

namespace {

constexpr std::size_t kKeptPipes = 16;           // per thread
constexpr int kWantedCapacity = 256 * 1024;
constexpr int kLeastCapacity = 64 * 1024;
constexpr unsigned kFlags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK;

std::vector<std::unique_ptr<Pipe>>& kept_pipes() {
    thread_local std::vector<std::unique_ptr<Pipe>> kept;
    return kept;
}

// splice(2) has no MSG_NOSIGNAL: a thread that moves bytes with it must not be ended by a peer that has gone.
void block_sigpipe() {
    thread_local bool blocked = false;
    if (std::exchange(blocked, true)) return;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

template <typename Call>
ssize_t uninterrupted(const Call& call) {
    ssize_t count = -1;
    do {
        count = call();
    } while (count < 0 && errno == EINTR);
    return count;
}

}  // namespace

Result<std::unique_ptr<Pipe>> Pipe::borrow() {
    auto& kept = kept_pipes();
    if (!kept.empty()) {
        auto pipe = std::move(kept.back());
        kept.pop_back();
        return pipe;
    }
    block_sigpipe();
    int ends[2];
    if (::pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) return fail(ErrorCode::unavailable, "pipe: " + std::generic_category().message(errno));
    std::unique_ptr<Pipe> pipe(new Pipe(ends[0], ends[1], 0));
    static_cast<void>(::fcntl(ends[1], F_SETPIPE_SZ, kWantedCapacity));
    const int capacity = ::fcntl(ends[1], F_GETPIPE_SZ);
    if (capacity >= 0 && capacity < kLeastCapacity) return fail(ErrorCode::unavailable, "pipe: the kernel gives only a small one");
    if (capacity < 0) return fail(ErrorCode::unavailable, "pipe: " + std::generic_category().message(errno));
    pipe->capacity_ = static_cast<std::size_t>(capacity);
    return pipe;
}

void Pipe::give_back(std::unique_ptr<Pipe> pipe) {
    auto& kept = kept_pipes();
    if (pipe->size_ == 0 && kept.size() < kKeptPipes) kept.push_back(std::move(pipe));
}

Pipe::~Pipe() {
    ::close(reader_);
    ::close(writer_);
}

ssize_t Pipe::fill(int socket, std::size_t most) {
    const auto wanted = std::min(most, capacity_ - size_);
    const auto count = uninterrupted([&] { return ::splice(socket, nullptr, writer_, nullptr, wanted, kFlags); });
    if (count > 0) size_ += static_cast<std::size_t>(count);
    return count;
}

ssize_t Pipe::drain(int socket) {
    const auto count = uninterrupted([&] { return ::splice(reader_, nullptr, socket, nullptr, size_, kFlags); });
    if (count > 0) size_ -= static_cast<std::size_t>(count);
    return count;
}

}  // namespace http
