// How often this process asks for memory: the count of every operator new outside the threads that say so. The promise of the hit path
// ("no allocation", design 4) is a number that a test can read.
#pragma once

#include <cstddef>

namespace test {

[[nodiscard]] std::size_t allocations();  // so far
void do_not_count_this_thread();

}  // namespace test
