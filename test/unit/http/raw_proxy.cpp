#include "test/unit/http/raw_proxy.h"

#include <boost/asio/io_context.hpp>
#include <poll.h>
#include <sys/socket.h>

#include <array>

namespace {

namespace asio = http::asio;
using asio::ip::tcp;

// Until one side ends or nothing comes for ten seconds.
void pass_on(int a, int b) {
    std::array<pollfd, 2> sides{pollfd{a, POLLIN, 0}, pollfd{b, POLLIN, 0}};
    std::array<char, 65536> buffer;
    while (::poll(sides.data(), sides.size(), 10'000) > 0) {
        for (std::size_t i = 0; i < 2; ++i) {
            if (sides[i].revents == 0) continue;
            const auto count = ::recv(sides[i].fd, buffer.data(), buffer.size(), 0);
            if (count <= 0) return;
            if (::send(sides[1 - i].fd, buffer.data(), static_cast<std::size_t>(count), MSG_NOSIGNAL) != count) return;
        }
    }
}

}  // namespace

RawProxy::RawProxy(std::uint16_t target_port, std::string answer)
    : upstream_([this, target_port, answer = std::move(answer)](RawUpstream::Socket& client) { serve(client, answer, target_port); }) {}

std::vector<std::string> RawProxy::heads() const {
    const std::scoped_lock lock(mutex_);
    return heads_;
}

void RawProxy::serve(RawUpstream::Socket& client, const std::string& answer, std::uint16_t target_port) {
    auto head = read_head_from(client);
    {
        const std::scoped_lock lock(mutex_);
        heads_.push_back(std::move(head));
    }
    write_to(client, answer);
    if (target_port == 0) return;
    asio::io_context io;
    tcp::socket target(io);
    target.connect(tcp::endpoint(asio::ip::address_v4::loopback(), target_port));
    pass_on(client.native_handle(), target.native_handle());
}
