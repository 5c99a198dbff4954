#include "registry/names.h"

#include "test/support/catch.h"
#include "test/unit/registry/error_code.h"

using namespace registry;
using base::Digest;

TEST_CASE("RepositoryName::parse accepts the grammar") {
    const std::string text = GENERATE(as<std::string>(), "a", "0", "library/nginx", "a.b", "a_b", "a__b", "a-b", "a---b", "a/b/c/d",
                                      "manifests", "blobs/uploads", "a/tags/list", "acme/app-1.2_x", std::string(255, 'a'));
    CAPTURE(text);
    REQUIRE(RepositoryName::parse(text).has_value());
    CHECK(RepositoryName::parse(text)->text() == text);
}

TEST_CASE("RepositoryName::parse refuses everything else") {
    const auto [name, text] = GENERATE(table<std::string, std::string>({
        {"empty", ""},
        {"slash", "/"},
        {"leading slash", "/a"},
        {"trailing slash", "a/"},
        {"empty component", "a//b"},
        {"upper case", "Acme"},
        {"dot", "."},
        {"two dots", ".."},
        {"dots as component", "a/../b"},
        {"leading dot", ".a"},
        {"trailing dot", "a."},
        {"two dots inside", "a..b"},
        {"three underscores", "a___b"},
        {"leading dash", "-a"},
        {"trailing dash", "a-"},
        {"mixed separators", "a.-b"},
        {"dot and underscore", "a._b"},
        {"blank", "a b"},
        {"escape", "a%2Fb"},
        {"colon", "a:b"},
        {"at", "a@b"},
        {"tilde", "a~b"},
        {"backslash", "a\\b"},
        {"nul", std::string("a\0b", 3)},
        {"not ASCII", "\xC3\xA4"},
        {"new line", "a\n"},
        {"256 characters", std::string(256, 'a')},
    }));
    CAPTURE(name);
    REQUIRE_FALSE(RepositoryName::parse(text).has_value());
    CHECK(test::code_of(RepositoryName::parse(text)) == base::ErrorCode::invalid_input);
}

TEST_CASE("Tag::parse accepts the grammar") {
    const std::string text =
        GENERATE(as<std::string>(), "a", "Z", "0", "_", "latest", "1.2.3", "v1_2-rc.1", "sha256-ab.sig", "_.-", std::string(128, 't'));
    CAPTURE(text);
    REQUIRE(Tag::parse(text).has_value());
    CHECK(Tag::parse(text)->text() == text);
}

TEST_CASE("Tag::parse refuses everything else") {
    const auto [name, text] = GENERATE(table<std::string, std::string>({
        {"empty", ""},
        {"leading dot", ".a"},
        {"leading dash", "-a"},
        {"129 characters", std::string(129, 't')},
        {"slash", "a/b"},
        {"colon", "a:b"},
        {"plus", "a+b"},
        {"blank", "a b"},
        {"percent", "a%20"},
        {"new line", "a\n"},
        {"nul", std::string("a\0", 2)},
        {"not ASCII", "\xC3\xA4"},
        {"question mark", "a?b"},
        {"two dots", ".."},
    }));
    CAPTURE(name);
    CHECK_FALSE(Tag::parse(text).has_value());
}

TEST_CASE("Reference::parse never takes an unknown digest for a tag") {
    const auto digest = Digest::sha256_of({});
    REQUIRE(Reference::parse(digest.to_string()).has_value());
    CHECK(*Reference::parse(digest.to_string())->digest() == digest);
    CHECK(Reference::parse(digest.to_string())->text() == digest.to_string());
    CHECK(Reference::parse("latest")->tag()->text() == "latest");
    CHECK(Reference::parse("latest")->text() == "latest");
    CHECK_FALSE(Reference::parse("md5:" + std::string(32, '0')).has_value());
    CHECK_FALSE(Reference::parse("sha256:" + std::string(64, 'A')).has_value());
    CHECK_FALSE(Reference::parse(":").has_value());
}

TEST_CASE("referrers_tag follows the tag schema, which cuts sha512") {
    const auto short_one = Digest::sha256_of({});
    CHECK(referrers_tag(short_one).text() == "sha256-" + short_one.hex());
    const auto long_one = Digest::of(base::HashAlgorithm::sha512, {});
    CHECK(referrers_tag(long_one).text() == "sha512-" + long_one.hex().substr(0, 64));
}
