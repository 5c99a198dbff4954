// A forward proxy for tests, one connection at a time: it keeps the head that it was sent, answers what it is told, and passes bytes on
// between both sides, wherever the request wanted to go.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "test/unit/http/raw_peers.h"

class RawProxy {
public:
    static constexpr const char* kEstablished = "HTTP/1.1 200 Connection established\r\n\r\n";
    // `answer` to CONNECT; then, where `target_port` is not 0, a tunnel to that port of this machine.
    explicit RawProxy(std::uint16_t target_port, std::string answer = kEstablished);

    [[nodiscard]] std::string url(const std::string& user_info = "") const {
        return "http://" + user_info + "127.0.0.1:" + std::to_string(upstream_.port());
    }
    [[nodiscard]] std::vector<std::string> heads() const;
    [[nodiscard]] int accepted() const { return upstream_.accepted(); }

private:
    void serve(RawUpstream::Socket& client, const std::string& answer, std::uint16_t target_port);

    mutable std::mutex mutex_;
    std::vector<std::string> heads_;
    RawUpstream upstream_;  // last: its thread uses the others
};
