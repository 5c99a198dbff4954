#include "proxy/config_problem.h"

#include "test/support/catch.h"

namespace proxy {

TEST_CASE("A problem reads file:line:column: what") {
    CHECK(Problem{"config.toml", {12, 3}, "is wrong"}.text() == "config.toml:12:3: is wrong");
}

TEST_CASE("A problem of the whole file has no line") {
    CHECK(Problem{"config.toml", {}, "no such file"}.text() == "config.toml: no such file");
}

}  // namespace proxy
