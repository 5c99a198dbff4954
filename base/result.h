// Result<T>: how every expected failure travels. A caller branches on the nine codes below and on nothing else; the message is for
// people and names operation, place and value. Exceptions are for bugs and foreign libraries and stop at the wrapper around those.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace base {

enum class ErrorCode {
    invalid_input,  // what was given breaks a grammar, a format or a rule of this program
    not_found,
    unauthorized,  // credentials are missing or were refused
    denied,        // the credentials are fine, the right is missing
    unverified,    // bytes or signatures are not what they claim to be
    too_large,     // a limit of design section 13
    timed_out,
    unavailable,  // a peer cannot be reached or failed; trying again can help
    internal,     // a bug, or a library that failed without a reason of ours
};

[[nodiscard]] std::string_view to_string(ErrorCode code);

class [[nodiscard]] Error {
public:
    Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

    [[nodiscard]] ErrorCode code() const { return code_; }
    [[nodiscard]] const std::string& message() const { return message_; }

    // When trying again can help, where the peer said so; kept by with_context().
    [[nodiscard]] std::optional<std::chrono::seconds> retry_after() const { return retry_after_; }
    [[nodiscard]] Error with_retry_after(std::optional<std::chrono::seconds> wait) &&;
    // Error("connection refused").with_context("fetch referrers") reads "fetch referrers: connection refused".
    [[nodiscard]] Error with_context(std::string_view operation) &&;

private:
    ErrorCode code_;
    std::string message_;
    std::optional<std::chrono::seconds> retry_after_;
};

template <typename T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
    return std::unexpected(Error(code, std::move(message)));
}

}  // namespace base

#define BASE_CONCAT_(a, b) a##b
#define BASE_CONCAT(a, b) BASE_CONCAT_(a, b)
#define BASE_TRY_(leave, name, declaration, ...)               \
    auto name = (__VA_ARGS__);                                 \
    if (!name) leave std::unexpected(std::move(name).error()); \
    declaration = *std::move(name)
#define BASE_TRY_VOID_(leave, name, ...) \
    if (auto name = (__VA_ARGS__); !name) leave std::unexpected(std::move(name).error())

// TRY(const auto digest, Digest::parse(text));   returns the error from this function, or defines `digest`.
// They are statements: never the body of an `if` without braces. CO_ forms are for coroutines.
#define TRY(declaration, ...) BASE_TRY_(return, BASE_CONCAT(try_result_, __LINE__), declaration, __VA_ARGS__)
#define CO_TRY(declaration, ...) BASE_TRY_(co_return, BASE_CONCAT(try_result_, __LINE__), declaration, __VA_ARGS__)
#define TRY_VOID(...) BASE_TRY_VOID_(return, BASE_CONCAT(try_result_, __LINE__), __VA_ARGS__)
#define CO_TRY_VOID(...) BASE_TRY_VOID_(co_return, BASE_CONCAT(try_result_, __LINE__), __VA_ARGS__)
