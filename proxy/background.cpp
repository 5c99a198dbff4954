#include "proxy/background.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

namespace proxy {
namespace {

namespace asio = http::asio;

constexpr std::chrono::milliseconds kStopStep{20};

asio::awaitable<void> run(asio::awaitable<void> task) {
    // Cancellation ends single operations; nothing is torn out of a co_await.
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await std::move(task);
}

}  // namespace

void Background::spawn(asio::awaitable<void> task) {
    running_.emplace_front();
    const auto signal = running_.begin();
    auto ended = [this, signal](const std::exception_ptr&) noexcept { running_.erase(signal); };
    asio::co_spawn(io_, run(std::move(task)), asio::bind_cancellation_slot(signal->slot(), std::move(ended)));
}

// One signal ends one operation of a task; the next one may follow.
asio::awaitable<void> Background::stop() {
    asio::steady_timer step(io_);
    while (!running_.empty()) {
        for (auto& signal : running_) signal.emit(asio::cancellation_type::terminal);
        step.expires_after(kStopStep);
        co_await step.async_wait(http::kAsTuple);
    }
}

}  // namespace proxy
