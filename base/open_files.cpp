#include "base/open_files.h"

#include <sys/resource.h>

#include <cerrno>
#include <system_error>

namespace base {

Result<std::uint64_t> allow_most_open_files() {
    rlimit limit{};
    const bool known = ::getrlimit(RLIMIT_NOFILE, &limit) == 0;
    limit.rlim_cur = limit.rlim_max;
    if (known && ::setrlimit(RLIMIT_NOFILE, &limit) == 0) return std::uint64_t{limit.rlim_cur};
    return fail(ErrorCode::internal, "limit of open files: " + std::generic_category().message(errno));
}

}  // namespace base
