#include "base/result.h"

#include "test/support/catch.h"

using namespace base;

namespace {
Result<int> half(int n) {
    if (n % 2 != 0) return fail(ErrorCode::invalid_input, "odd");
    return n / 2;
}
Result<int> quarter(int n) {
    TRY(const auto h, half(n));
    TRY_VOID(half(h));
    TRY(const auto q, half(h));
    return q;
}
}  // namespace

TEST_CASE("TRY passes values and errors on") {
    CHECK(quarter(8).value() == 2);
    CHECK(quarter(6).error().code() == ErrorCode::invalid_input);
    CHECK(Error(ErrorCode::unavailable, "refused").with_context("connect").message() == "connect: refused");
}

TEST_CASE("an error remembers when to try again") {
    CHECK_FALSE(Error(ErrorCode::unavailable, "busy").retry_after().has_value());
    const auto error = Error(ErrorCode::unavailable, "busy").with_retry_after(std::chrono::seconds(9)).with_context("ask");
    CHECK(error.retry_after() == std::chrono::seconds(9));
    CHECK(error.message() == "ask: busy");
}

TEST_CASE("every code has a name of its own") {
    CHECK(to_string(ErrorCode::timed_out) == "timed out");
    CHECK(to_string(ErrorCode::unverified) == "unverified");
}
