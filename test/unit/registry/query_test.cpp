#include "registry/query.h"

#include "test/support/catch.h"

using namespace registry;

TEST_CASE("Query::parse decodes once and keeps order and bytes") {
    const auto query = Query::parse("a=1&b=%253A%2B+x&&c&a=2&d==").value();
    CHECK(query.parameters().size() == 5);
    CHECK(query.once("b").value() == "%3A+ x");
    CHECK(query.once("c").value() == "");
    CHECK(query.once("d").value() == "=");
    CHECK_FALSE(query.once("e").value().has_value());
    CHECK(query.all("a") == std::vector<std::string>{"1", "2"});
    CHECK_FALSE(query.once("a").has_value());
    CHECK(query.without("a") == "b=%253A%2B+x&c&d==");
    CHECK(query.without("x") == "a=1&b=%253A%2B+x&&c&a=2&d==");
}

TEST_CASE("What is said twice alike is agreed") {
    const auto query = Query::parse("a=x&a=x&b=x&b=y&c=%0A&c=%0A").value();
    CHECK(query.agreed("a").value() == "x");
    CHECK_FALSE(query.agreed("b").has_value());
    CHECK_FALSE(query.agreed("c").has_value());
    CHECK_FALSE(query.agreed("d").value().has_value());
}

TEST_CASE("A name that is escaped is the same name") {
    const auto query = Query::parse("%6Es=a&ns=b").value();
    CHECK_FALSE(query.once("ns").has_value());
    CHECK(query.without("ns").empty());
}

TEST_CASE("Query::parse refuses what has no one meaning") {
    const auto [name, text] = GENERATE(table<std::string, std::string>({
        {"second question mark", "a=1?b=2"},
        {"fragment", "a=1#b"},
        {"backslash", "a=\\"},
        {"blank", "a=b c"},
        {"quote", "a=\"b\""},
        {"cut escape", "a=%2"},
        {"lone percent", "a=%"},
        {"not hexadecimal", "a=%zz"},

        {"raw non-ASCII", "a=\xC3\xA4"},
        {"control character", "a=\x01"},
        {"brackets", "a[]=1"},
        {"17 parameters", "a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q"},
    }));
    CAPTURE(name);
    CHECK_FALSE(Query::parse(text).has_value());
}

TEST_CASE("percent_encode leaves the unreserved characters") {
    CHECK(percent_encode("aZ09-._~") == "aZ09-._~");
    CHECK(percent_encode("a b/:+%\n") == "a%20b%2F%3A%2B%25%0A");
}

TEST_CASE("Bytes that are no text pass through, but are no value of ours") {
    const auto query = Query::parse("a=%00&b=%0A&c=%C3%A4&_state=%FF%00").value();
    CHECK(query.without("ns") == "a=%00&b=%0A&c=%C3%A4&_state=%FF%00");
    for (const auto* name : {"a", "b", "c"}) CHECK_FALSE(query.once(name).has_value());
}
