// Runs a blocking or CPU-heavy job on the workers and comes back to the caller's executor. An exception of the job is rethrown here.
//
// Not built on co_spawn (as cpp-style 3.8 is): that forwards a cancellation of the caller to the worker's thread, a data race. This
// one cannot be cancelled: the caller waits for the job, whose captures therefore may refer to the caller's frame.
// The pool has to be joined before the io_context is destroyed.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "http/async.h"

namespace http {

// `job` is passed by name: auto job = [..]{..}; co_await offload(workers, std::move(job));
template <typename Job>
asio::awaitable<std::invoke_result_t<Job&>> offload(asio::thread_pool& workers, Job job) {
    std::optional<std::invoke_result_t<Job&>> result;
    std::exception_ptr failure;
    auto run = [&]() noexcept {
        try {
            result.emplace(job());
        } catch (...) {
            failure = std::current_exception();
        }
    };
    auto start = [&](auto handler) {
        auto executor = asio::get_associated_executor(handler);
        auto work = asio::make_work_guard(executor);  // keeps the caller's io_context running meanwhile
        asio::post(workers, [&run, executor, work = std::move(work), handler = std::move(handler)]() mutable {
            run();
            asio::post(executor, std::move(handler));
        });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(start, asio::use_awaitable);
    if (failure) std::rethrow_exception(failure);
    co_return *std::move(result);
}

}  // namespace http
