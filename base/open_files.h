// How many files and sockets this process may have open.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace base {

// Raises the soft limit to the hard one (getrlimit(2), RLIMIT_NOFILE), and says what it is now. Login shells and container engines start
// programs with a soft limit of 1 024 for the sake of select(2), which is not used here.
[[nodiscard]] Result<std::uint64_t> allow_most_open_files();

}  // namespace base
