#include "http/client_pool.h"

#include <algorithm>

namespace http {

std::unique_ptr<ClientConnection> ClientPool::take(std::chrono::milliseconds longest_idle) {
    const auto now = Clock::now();
    while (!idle_.empty()) {
        const auto until = idle_.back().until;
        if (until > now && until - keep_alive_ < now - longest_idle) return nullptr;  // the others were used even earlier
        auto newest = std::move(idle_.back());
        idle_.pop_back();
        if (newest.until > now && newest.connection->stream().idle_and_open()) return std::move(newest.connection);
    }
    return nullptr;
}

void ClientPool::give(std::unique_ptr<ClientConnection> connection) {
    if (capacity_ == 0) return;
    if (idle_.size() == capacity_) idle_.erase(idle_.begin());
    idle_.push_back(Idle(std::move(connection), Clock::now() + keep_alive_));
    if (idle_.size() == 1) arm();
}

void ClientPool::close() {
    capacity_ = 0;
    idle_.clear();
    sweep_timer_.cancel();
}

void ClientPool::arm() {
    sweep_timer_.expires_at(idle_.front().until);
    sweep_timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
        const auto pool = weak.lock();
        if (pool && !error) pool->sweep();
    });
}

void ClientPool::sweep() {
    const auto now = Clock::now();
    std::erase_if(idle_, [now](const Idle& entry) { return entry.until <= now; });
    if (!idle_.empty()) arm();
}

}  // namespace http
