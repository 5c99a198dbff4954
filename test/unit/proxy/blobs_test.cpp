#include "proxy/blobs.h"

#include "test/support/catch.h"

TEST_CASE("the total of Content-Range is a whole number after the slash") {
    CHECK(proxy::total_size("bytes 0-99/1234") == 1234U);
    CHECK_FALSE(proxy::total_size("bytes 0-99/*"));
    CHECK_FALSE(proxy::total_size("bytes 0-99"));
    CHECK_FALSE(proxy::total_size("bytes 0-99/12x"));
    CHECK_FALSE(proxy::total_size("bytes 0-99/"));
    CHECK_FALSE(proxy::total_size("bytes 0-99/-1"));
}
