#include "cli/version.h"

#include <boost/version.hpp>
#include <spdlog/version.h>

#include <cstdio>

#include "base/openssl.h"
#include "cli/exit_code.h"

namespace cli {

int print_version() {
    std::printf("countersign %s\n", COUNTERSIGN_VERSION);
    // The one that is loaded: it may be newer than the one that was built with.
    std::printf("OpenSSL     %s\n", OpenSSL_version(OPENSSL_VERSION_STRING));
    std::printf("Boost       %d.%d.%d\n", BOOST_VERSION / 100'000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100);
    std::printf("spdlog      %d.%d.%d\n", SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH);
    std::printf("compiler    %s\n", __VERSION__);
    return kDone;
}

}  // namespace cli
