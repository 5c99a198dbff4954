#include "proxy/config_problem.h"

#include "test/support/catch.h"

namespace proxy {

TEST_CASE("A problem reads file:line:column: what") {
    CHECK(Problem{"config.toml", {12, 3}, "is wrong"}.text() == "config.toml:12:3: is wrong");
}

TEST_CASE("A problem of the whole file has no line") {
    CHECK(Problem{"config.toml", {}, "no such file"}.text() == "config.toml: no such file");
}

TEST_CASE("A problem is one line, whatever the file calls its things") {
    CHECK(Problem{"config.toml", {1, 1}, "there is no [trust.a\nb\x1b[2J\x7f\xc3\xa9]"}.text() ==
          "config.toml:1:1: there is no [trust.a?b?[2J?\xc3\xa9]");
}

}  // namespace proxy
