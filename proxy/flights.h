// One piece of work for all who ask for it at the same time, on whatever thread they are ("single flight", design 7).
//
// The work runs in the background of the thread that asked first, not inside its request: whoever leaves takes nothing along. All who
// joined get the same value, an error among them; nothing is kept once the flight has ended. What an answer depends on belongs into the
// key: whoever comes after a write must not join what may have looked before it.
#pragma once

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "http/async.h"
#include "proxy/background.h"
#include "proxy/memory_cache.h"

namespace proxy {

// How long a flight may take: containerd gives up on a request at 30 s (oci-proxying 7.2).
inline constexpr std::chrono::seconds kFlightTime{25};

// The key of a flight that may only be shared by those who ask between the same two writes.
[[nodiscard]] inline std::string flight_key(std::string key, MemoryCache::Since asked) {
    return std::move(key) + " " + std::to_string(asked.writes);
}

template <typename Value>  // copyable
class Flights {
public:
    using Work = std::function<http::asio::awaitable<Value>()>;
    struct Flight;
    using Ticket = std::shared_ptr<Flight>;  // whoever holds it gets the flight's value, even after it has ended

    struct Flight {
        std::string key;
        std::optional<Value> value;  // guarded by mutex_ of the Flights, as all below
        std::exception_ptr failure;
        std::vector<std::shared_ptr<http::asio::steady_timer>> waiting;
        [[nodiscard]] bool ended() const { return value.has_value() || failure; }
    };

    // Joins the flight of `key`, or starts it in `background`, which is the calling thread's. What `work` refers to outlives the
    // background's tasks; its exception is everybody's.
    [[nodiscard]] Ticket enter(std::string key, Background& background, Work work) {
        Ticket flight;
        {
            const std::lock_guard lock(mutex_);
            auto& known = under_way_[key];
            if (known) return known;
            known = std::make_shared<Flight>();
            known->key = std::move(key);
            flight = known;
        }
        background.spawn(fly(flight, std::move(work)));
        return flight;
    }

    // nullopt: `deadline` passed, or the caller was cancelled, before it ended.
    http::asio::awaitable<std::optional<Value>> wait(Ticket flight, base::Deadline deadline) {
        const auto timer = std::make_shared<Timer>(co_await http::asio::this_coro::executor, deadline.at());
        const Waiting waiting(*this, *flight, timer);
        if (!has_ended(*flight)) co_await timer->async_wait(http::kAsTuple);
        co_return result(*flight);
    }
    http::asio::awaitable<std::optional<Value>> join(std::string key, Background& background, Work work, base::Deadline deadline) {
        auto flight = enter(std::move(key), background, std::move(work));
        co_return co_await wait(std::move(flight), deadline);
    }

private:
    using Timer = http::asio::steady_timer;
    using SharedTimer = std::shared_ptr<Timer>;
    // Stands in the list as long as the joiner waits: a timer must not be touched once its thread has gone.
    class Waiting {
    public:
        Waiting(Flights& flights, Flight& flight, SharedTimer timer) : flights_(flights), flight_(flight), timer_(std::move(timer)) {
            const std::lock_guard lock(flights_.mutex_);
            if (!flight_.ended()) flight_.waiting.push_back(timer_);
        }
        ~Waiting() {
            const std::lock_guard lock(flights_.mutex_);
            std::erase(flight_.waiting, timer_);
        }
        Waiting(const Waiting&) = delete;
        Waiting& operator=(const Waiting&) = delete;

    private:
        Flights& flights_;
        Flight& flight_;
        SharedTimer timer_;
    };

    http::asio::awaitable<void> fly(Ticket flight, Work work) {
        std::optional<Value> value;
        std::exception_ptr failure;
        try {
            value = co_await work();
        } catch (...) {
            failure = std::current_exception();
        }
        land(*flight, std::move(value), failure);
    }

    void land(Flight& flight, std::optional<Value> value, std::exception_ptr failure) {
        const std::lock_guard lock(mutex_);
        flight.value = std::move(value);
        flight.failure = std::move(failure);
        const auto known = under_way_.find(flight.key);
        if (known != under_way_.end() && known->second.get() == &flight) under_way_.erase(known);
        // Under the lock, so that no joiner's thread can end in between. The cancellation itself runs on that thread.
        for (const auto& timer : flight.waiting) {
            http::asio::post(timer->get_executor(), [timer] { timer->cancel(); });
        }
        flight.waiting.clear();
    }

    bool has_ended(const Flight& flight) {
        const std::lock_guard lock(mutex_);
        return flight.ended();
    }

    std::optional<Value> result(const Flight& flight) {
        const std::lock_guard lock(mutex_);
        if (flight.failure) std::rethrow_exception(flight.failure);
        return flight.value;
    }

    std::mutex mutex_;
    std::map<std::string, Ticket> under_way_;  // guarded by mutex_
};

}  // namespace proxy
