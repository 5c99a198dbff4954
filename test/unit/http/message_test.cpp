#include "http/message.h"

#include "test/support/catch.h"

TEST_CASE("headers are found without case, in order, all of them") {
    http::Headers headers;
    headers.add("Accept", "a");
    headers.add("X", "1");
    headers.add("accept", "b");
    CHECK(headers.get("ACCEPT") == "a");
    CHECK(headers.all("Accept").size() == 2);
    CHECK(headers.joined("accept") == "a, b");
    CHECK_FALSE(headers.get("Y").has_value());
    CHECK(headers.joined("Y").empty());
}

TEST_CASE("set replaces every field of the name, remove deletes them") {
    http::Headers headers;
    headers.add("X", "1");
    headers.add("x", "2");
    headers.set("X", headers.all("x")[1]);
    REQUIRE(headers.fields().size() == 1);
    CHECK(headers.get("x") == "2");
    headers.remove("X");
    CHECK(headers.fields().empty());
}

TEST_CASE("names are compared as ASCII without case") {
    CHECK(http::names_equal("Content-Length", "content-LENGTH"));
    CHECK_FALSE(http::names_equal("a", "ab"));
    CHECK_FALSE(http::names_equal("k", "\xe2\x84\xaa"));
}

TEST_CASE("a status has its standard phrase") {
    CHECK(http::standard_reason(404) == "Not Found");
    CHECK(http::standard_reason(599) == "Unknown");
}
