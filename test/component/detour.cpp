#include "test/component/detour.h"

#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <sys/socket.h>

#include <array>

#include "test/component/memory_cases.h"

namespace test {
namespace {

using tcp = http::asio::ip::tcp;

// A request's head; its body, if it has one, is read and forgotten. False at the end of the connection.
bool read_request(tcp::socket& socket, std::string& buffer, std::string& head) {
    boost::system::error_code error;
    const auto size = http::asio::read_until(socket, http::asio::dynamic_buffer(buffer), "\r\n\r\n", error);
    if (error) return false;
    head = buffer.substr(0, size);
    buffer.erase(0, size);
    const auto length_field = head.find("Content-Length: ");
    const auto length = length_field == std::string::npos ? 0 : std::stoul(head.substr(length_field + 16, 12));
    std::array<char, 4096> piece{};
    while (buffer.size() < length && !error) buffer.append(piece.data(), socket.read_some(http::asio::buffer(piece), error));
    buffer.erase(0, length);
    return !error;
}

std::string text_of(const Reply& reply) {
    std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " X\r\n";
    for (const auto& [name, value] : reply.headers.fields()) {
        if (name != "Content-Length" && name != "Connection") text += name + ": " + value + "\r\n";
    }
    return text + "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n" + reply.body;
}

}  // namespace

Detour::Detour(const VectorRegistry& registry, Before before, After after)
    : registry_(registry.port()),
      before_(std::move(before)),
      after_(std::move(after)),
      acceptor_(io_, tcp::endpoint(http::asio::ip::address_v4::loopback(), 0)),
      accepting_([this] { accept_all(); }) {}

Detour::~Detour() {
    stopping_ = true;
    boost::system::error_code ignored;
    tcp::socket wake(io_);
    wake.connect(acceptor_.local_endpoint(), ignored);
    accepting_.join();
    for (const auto& socket : sockets_) ::shutdown(socket->native_handle(), SHUT_RDWR);
    for (auto& thread : threads_) thread.join();
}

std::string Detour::upstream() const {
    return "[[upstream]]\nregistry = \"registry.example\"\nurl = \"http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) +
           "\"\ndefault = true\nauth = \"anonymous\"\nblobs = \"open\"\n";
}

void Detour::accept_all() {
    while (true) {
        const auto socket = std::make_shared<Socket>(io_);
        boost::system::error_code error;
        acceptor_.accept(*socket, error);
        if (error || stopping_) return;
        sockets_.push_back(socket);
        threads_.emplace_back([this, socket] { serve(*socket); });
    }
}

Reply Detour::answer(const std::string& method, const std::string& target) {
    if (const auto status = before_(method, target)) {
        Reply reply;
        reply.status = *status;
        return reply;
    }
    auto reply = ask(registry_, method, target);
    if (after_) after_(method, target);
    return reply;
}

void Detour::serve(Socket& socket) {
    std::string buffer;
    std::string head;
    while (read_request(socket, buffer, head)) {
        const auto method = head.substr(0, head.find(' '));
        const auto target = head.substr(method.size() + 1, head.find(' ', method.size() + 1) - method.size() - 1);
        boost::system::error_code error;
        http::asio::write(socket, http::asio::buffer(text_of(answer(method, target))), error);
        if (error) return;
    }
}

}  // namespace test
