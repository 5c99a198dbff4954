// System calls on a socket that never wait, whatever the socket's own setting, never raise SIGPIPE and are not interrupted. All return -1
// with errno.
#pragma once

#include <boost/asio/buffer.hpp>
#include <sys/types.h>

#include <cstddef>
#include <span>

namespace http {

inline constexpr std::size_t kMostParts = 8;  // of one gather write

[[nodiscard]] ssize_t receive_now(int socket, void* into, std::size_t size, int flags = 0);
[[nodiscard]] ssize_t send_now(int socket, std::span<const boost::asio::const_buffer> parts);
[[nodiscard]] bool would_block(int error);

}  // namespace http
