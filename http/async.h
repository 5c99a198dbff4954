// The coroutine vocabulary above a socket. Rules of this code base, each paid for elsewhere (cpp-style 5):
// parameters by value or by reference to what outlives the await; nothing braced and no capturing lambda inside a full expression
// that awaits: name it first, then move it in.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/result.h"

namespace http {

namespace asio = boost::asio;

template <typename T>
using Async = asio::awaitable<base::Result<T>>;

// Completion token: the error code comes back as a value, never as an exception.
inline constexpr asio::as_tuple_t<asio::use_awaitable_t<>> kAsTuple{};

}  // namespace http
