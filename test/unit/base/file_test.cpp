#include "base/file.h"

#include <cstdlib>
#include <fstream>

#include "test/support/catch.h"

using namespace base;

TEST_CASE("read_file returns the whole file, and says why when it cannot") {
    const auto path = std::filesystem::temp_directory_path() / ("countersign-file-test-" + std::to_string(std::rand()));
    std::ofstream(path) << std::string(200'000, 'x');
    CHECK(read_file(path, 200'000).value().size() == 200'000);
    const auto large = read_file(path, 199'999);
    REQUIRE_FALSE(large);
    CHECK(large.error().code() == ErrorCode::too_large);
    std::filesystem::remove(path);
    const auto missing = read_file(path, 10);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code() == ErrorCode::not_found);
    CHECK(missing.error().message() == "cannot read " + path.string() + ": No such file or directory");
    const auto folder = read_file("/", 10);
    REQUIRE_FALSE(folder);
    CHECK(folder.error().code() == ErrorCode::unavailable);
}
