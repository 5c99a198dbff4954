// The error that a result must have: a result that succeeded fails its test instead of being read as what it is not.
#pragma once

#include "base/result.h"
#include "test/support/catch.h"

namespace test {

template <typename T>
base::ErrorCode code_of(const base::Result<T>& result) {
    if (result.has_value()) FAIL("succeeded, and an error was expected");
    return result.error().code();
}

}  // namespace test
