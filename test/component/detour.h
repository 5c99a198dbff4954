// A way to a VectorRegistry that serves every connection on a thread of its own, and on which a test can make one request wait while
// others pass.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "test/component/gate_fixture.h"

namespace test {

class Detour {
public:
    // Both may wait. `before` may answer in the registry's place; `after` runs when the registry has answered, before its answer is sent.
    using Before = std::function<std::optional<unsigned>(const std::string& method, const std::string& target)>;  // a status
    using After = std::function<void(const std::string& method, const std::string& target)>;
    Detour(const VectorRegistry& registry, Before before, After after = nullptr);
    ~Detour();
    Detour(const Detour&) = delete;
    Detour& operator=(const Detour&) = delete;

    [[nodiscard]] std::string upstream() const;  // the [[upstream]] section: registry.example, the default

private:
    using Socket = http::asio::ip::tcp::socket;
    void accept_all();
    void serve(Socket& socket);
    [[nodiscard]] Reply answer(const std::string& method, const std::string& target);

    const std::uint16_t registry_;
    const Before before_;
    const After after_;
    http::asio::io_context io_;
    http::asio::ip::tcp::acceptor acceptor_;
    std::atomic<bool> stopping_ = false;
    std::vector<std::shared_ptr<Socket>> sockets_;
    std::vector<std::thread> threads_;
    std::thread accepting_;
};

}  // namespace test
