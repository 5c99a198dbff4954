#include "registry/link.h"

#include "test/support/catch.h"

using namespace registry;

namespace {
http::Headers link(const std::string& value) {
    http::Headers headers;
    if (!value.empty()) headers.add("Link", value);
    return headers;
}
Url listing() { return parse_url("https://r.example/v2/a/tags/list?n=2").value(); }
}  // namespace

TEST_CASE("next_link finds the link to the next page") {
    const auto [value, expected] = GENERATE(table<std::string, std::string>({
        {R"(</x?last=b>; rel="next")", "/x?last=b"},
        {"</x>;rel=next", "/x"},
        {R"(</x> ; REL = "NEXT")", "/x"},
        {R"(</a>; rel="prev", </b>; rel="next")", "/b"},
        {R"(</a>; title="a, <b>; rel=\"next\"", </c>; rel=next)", "/c"},
        {R"(</a>; rel="prev next")", "/a"},
        {R"(</a>; hidden; rel=next)", "/a"},
        {R"(,, </a>; rel=next,)", "/a"},
        {R"(</a>; rel=prev; rel=next, </b>; rel=next)", "/b"},
    }));
    CAPTURE(value);
    REQUIRE(next_link(value).has_value());
    CHECK(next_link(value).value() == expected);
}

TEST_CASE("next_link is empty where there is no next page") {
    const std::string value = GENERATE(as<std::string>(), "", " ", "</a>; rel=prev", "</a>", R"(</a>; title="next")", "</a>; rel=nextpage");
    CAPTURE(value);
    REQUIRE(next_link(value).has_value());
    CHECK_FALSE(next_link(value)->has_value());
}

TEST_CASE("next_link refuses what is malformed") {
    std::string many = "</a>";
    for (int i = 0; i < 16; ++i) many += ", </a>";
    const std::string value = GENERATE_COPY(as<std::string>(), "/a; rel=next", "</a; rel=next", R"(</a>; rel="next)", "</a> rel=next",
                                            "</a>; =x", "</a>; rel=", many, "<" + std::string(9 * 1024, 'a') + ">; rel=next");
    CAPTURE(value.substr(0, 40));
    CHECK_FALSE(next_link(value).has_value());
}

TEST_CASE("next_page stays in the listing") {
    const auto [value, expected] = GENERATE(table<std::string, std::string>({
        {"</v2/a/tags/list?last=b&n=2>; rel=next", "https://r.example/v2/a/tags/list?last=b&n=2"},
        {"<?last=b>; rel=next", "https://r.example/v2/a/tags/list?last=b"},
        {"<https://r.example:443/v2/a/tags/list?last=b>; rel=next", "https://r.example/v2/a/tags/list?last=b"},
    }));
    CAPTURE(value);
    REQUIRE(next_page(listing(), link(value)).has_value());
    CHECK(next_page(listing(), link(value)).value()->text() == expected);
    CHECK_FALSE(next_page(listing(), link(""))->has_value());
}

TEST_CASE("next_page refuses to be led elsewhere") {
    const std::string target =
        GENERATE(as<std::string>(), "http://r.example/v2/a/tags/list?last=b", "https://r.example:8443/v2/a/tags/list?last=b",
                 "https://evil.example/v2/a/tags/list", "//evil.example/v2/a/tags/list", "/v2/b/tags/list?last=b",
                 "/v2/a/tags/list/../../../b/tags/list", "/v2/a/tags/list/", "/v2/a/manifests/x", "https://169.254.169.254/latest",
                 "file:///etc/passwd", "https://u@r.example/v2/a/tags/list", "/v2/a/tags/list\\x");
    CAPTURE(target);
    CHECK_FALSE(next_page(listing(), link("<" + target + ">; rel=next")).has_value());
}

TEST_CASE("public_tags_link speaks of the gate") {
    const PublicBase client("https://gate.example", "r/a");
    CHECK(public_tags_link(listing(), link("</v2/a/tags/list?last=b%2B&n=2>; rel=\"next\""), client).value() ==
          R"(<https://gate.example/v2/r/a/tags/list?n=2&last=b%2B>; rel="next")");
    CHECK(public_tags_link(listing(), link("</v2/a/tags/list?next_page=tok>; rel=\"next\""), client).value() ==
          R"(<https://gate.example/v2/r/a/tags/list?next_page=tok>; rel="next")");
    CHECK_FALSE(public_tags_link(listing(), link(""), client)->has_value());
    CHECK_FALSE(public_tags_link(listing(), link("</v2/a/tags/list?cursor=x>; rel=\"next\""), client).has_value());
    CHECK_FALSE(public_tags_link(listing(), link("<https://evil.example/v2/a/tags/list?last=b>; rel=\"next\""), client).has_value());
}
