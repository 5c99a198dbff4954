#include "registry/url.h"

#include "test/support/catch.h"

using namespace registry;

TEST_CASE("parse_url splits origin and target") {
    const auto [text, expected] = GENERATE(table<std::string, std::string>({
        {"https://a.example", "https://a.example/"},
        {"HTTPS://A.Example/x", "https://a.example/x"},
        {"http://a.example:80/x?y", "http://a.example/x?y"},
        {"http://a.example:5000?y", "http://a.example:5000/?y"},
        {"https://a.example/x#fragment", "https://a.example/x"},
        {"https://[2001:db8::1]:443/x", "https://[2001:db8::1]/x"},
        {"https://a.example/a/./b/../c", "https://a.example/a/c"},
        {"https://a.example/x?u=http://b/../c", "https://a.example/x?u=http://b/../c"},
    }));
    CAPTURE(text);
    REQUIRE(parse_url(text).has_value());
    CHECK(parse_url(text)->text() == expected);
}

TEST_CASE("parse_url refuses what it cannot vouch for") {
    const auto [name, text] = GENERATE(table<std::string, std::string>({
        {"empty", ""},
        {"other scheme", "ftp://a/x"},
        {"file", "file:///etc/passwd"},
        {"no scheme", "a.example/x"},
        {"user", "https://user@a.example/"},
        {"user and password", "https://u:p@a.example/"},
        {"no host", "https:///x"},
        {"blank", "https://a.example/a b"},
        {"backslash", "https://a.example\\@b/"},
        {"new line", "https://a.example/\nx"},
        {"not ASCII", "https://a.example/\xC3\xA4"},
        {"port", "https://a.example:99999/"},
        {"9 KiB", "https://a.example/" + std::string(9 * 1024, 'a')},
        {"quote", "https://a.example/\""},
        {"NUL", std::string("https://a.example/\0", 19)},
    }));
    CAPTURE(name);
    CHECK_FALSE(parse_url(text).has_value());
}

// RFC 3986 section 5.4, against http://a/b/c/d;p?q.
TEST_CASE("resolve follows the examples of RFC 3986") {
    const auto [reference, expected] = GENERATE(table<std::string, std::string>({
        {"g", "http://a/b/c/g"},        {"./g", "http://a/b/c/g"},    {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},           {"//g", "http://g/"},         {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},    {"#s", "http://a/b/c/d;p?q"}, {"g#s", "http://a/b/c/g"},
        {";x", "http://a/b/c/;x"},      {"g;x", "http://a/b/c/g;x"},  {"", "http://a/b/c/d;p?q"},
        {".", "http://a/b/c/"},         {"./", "http://a/b/c/"},      {"..", "http://a/b/"},
        {"../", "http://a/b/"},         {"../g", "http://a/b/g"},     {"../..", "http://a/"},
        {"../../", "http://a/"},        {"../../g", "http://a/g"},    {"../../../g", "http://a/g"},
        {"/./g", "http://a/g"},         {"/../g", "http://a/g"},      {"g.", "http://a/b/c/g."},
        {"..g", "http://a/b/c/..g"},    {"./../g", "http://a/b/g"},   {"./g/.", "http://a/b/c/g/"},
        {"g/./h", "http://a/b/c/g/h"},  {"g/../h", "http://a/b/c/h"}, {"g?y/../x", "http://a/b/c/g?y/../x"},
        {"https://b/x", "https://b/x"},
    }));
    CAPTURE(reference);
    const auto base_url = parse_url("http://a/b/c/d;p?q").value();
    REQUIRE(resolve(base_url, reference).has_value());
    CHECK(resolve(base_url, reference)->text() == expected);
}

TEST_CASE("resolve refuses schemes that only look relative") {
    const auto base_url = parse_url("https://a/b").value();
    const std::string reference =
        GENERATE(as<std::string>(), "javascript:x", "mailto:a@b", "http:g", "g:h", "//u@b/x", "//", "a b", "\\\\b\\x");
    CAPTURE(reference);
    CHECK_FALSE(resolve(base_url, reference).has_value());
}

TEST_CASE("without_query hides what signs a URL") {
    const auto url = parse_url("https://a/b?X-Signature=secret").value();
    CHECK(url.without_query() == "https://a/b");
    CHECK(url.path() == "/b");
    CHECK(url.query() == "X-Signature=secret");
}
