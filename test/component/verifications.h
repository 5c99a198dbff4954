// How often this process verified a bundle: the linker leads the product's calls of sigstore::verify() past a counter.
#pragma once

#include <cstddef>

namespace test {

[[nodiscard]] std::size_t verifications();  // so far

}  // namespace test
