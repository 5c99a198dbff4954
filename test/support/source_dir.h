// The root of the source tree, for tests that read files of the repository.
#pragma once

#include <string>

namespace test {

[[nodiscard]] std::string source_dir();

}  // namespace test
