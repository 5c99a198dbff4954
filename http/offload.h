// Runs a blocking or CPU-heavy job on the workers and comes back to the caller's io_context (cpp-style 3.8).
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <type_traits>
#include <utility>

#include "http/async.h"

namespace http {

// co_spawn of Asio 1.81 needs a default-constructible result, which Result<T> is not: hence the optional. `job` is passed by name
// (auto job = [..]{..}; co_await offload(workers, std::move(job));).
template <typename Job>
asio::awaitable<std::invoke_result_t<Job&>> offload(asio::thread_pool& workers, Job job) {
    std::optional<std::invoke_result_t<Job&>> result;
    auto body = [&]() -> asio::awaitable<void> {
        result.emplace(job());
        co_return;
    };
    co_await asio::co_spawn(workers, std::move(body), asio::use_awaitable);
    co_return *std::move(result);
}

}  // namespace http
