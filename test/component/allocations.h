// How often this process asks for memory: the count of every operator new outside the threads that say so. The promise of the hit path
// ("no allocation", design 4) is a number that a test can read.
#pragma once

#include <cstddef>

namespace test {

// The sanitizers bring operators of their own: there is nothing to count with them.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TEST_SANITIZED
#endif
#endif

#ifndef TEST_SANITIZED
[[nodiscard]] std::size_t allocations();  // so far
void do_not_count_this_thread();
#endif

}  // namespace test
