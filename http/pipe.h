// A pipe that bytes of a body pass through inside the kernel (splice(2)), from one socket to another, without being copied. Each thread
// keeps a few empty ones.
#pragma once

#include <cstddef>
#include <memory>

#include "base/result.h"

namespace http {

class Pipe {
public:
    // An empty one of this thread, or a new one. None of less than 64 KiB, which would cost more than copying: the kernel gives those to a
    // user who has many (pipe(7), pipe-user-pages-soft).
    [[nodiscard]] static base::Result<std::unique_ptr<Pipe>> borrow();
    // For the next borrower of this thread; one with something in it is closed.
    static void give_back(std::unique_ptr<Pipe> pipe);
    ~Pipe();
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    [[nodiscard]] std::size_t capacity() const { return capacity_; }
    [[nodiscard]] std::size_t size() const { return size_; }  // bytes in it
    // splice(2) from or to a socket that does not block: at most `most` bytes; -1 with errno.
    [[nodiscard]] ssize_t fill(int socket, std::size_t most);
    [[nodiscard]] ssize_t drain(int socket);

private:
    Pipe(int reader, int writer, std::size_t capacity) : reader_(reader), writer_(writer), capacity_(capacity) {}
    int reader_;
    int writer_;
    std::size_t capacity_;
    std::size_t size_ = 0;
};

}  // namespace http
