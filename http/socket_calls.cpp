#include "http/socket_calls.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace http {

ssize_t receive_now(int socket, void* into, std::size_t size, int flags) {
    ssize_t count = -1;
    do {
        count = ::recv(socket, into, size, flags | MSG_DONTWAIT);
    } while (count < 0 && errno == EINTR);
    return count;
}

ssize_t send_now(int socket, std::span<const boost::asio::const_buffer> parts) {
    std::array<iovec, kMostParts> vectors;
    const auto used = parts.first(std::min(parts.size(), kMostParts));
    std::ranges::transform(used, vectors.begin(), [](const boost::asio::const_buffer& part) {
        return iovec{const_cast<void*>(part.data()), part.size()};  // sendmsg only reads them
    });
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = used.size();
    ssize_t count = -1;
    do {
        count = ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (count < 0 && errno == EINTR);
    return count;
}

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace http
