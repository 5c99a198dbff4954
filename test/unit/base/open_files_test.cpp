#include "base/open_files.h"

#include <sys/resource.h>

#include "test/support/catch.h"

TEST_CASE("a process may have as many open files as its hard limit says") {
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit few = before;
    few.rlim_cur = 256;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
    CHECK(base::allow_most_open_files().value() == before.rlim_max);
    rlimit after{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &after) == 0);
    CHECK(after.rlim_cur == before.rlim_max);
    CHECK(after.rlim_max == before.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &before);
}
