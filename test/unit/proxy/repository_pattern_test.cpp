#include "proxy/repository_pattern.h"

#include "test/support/catch.h"

namespace proxy {
namespace {

RepositoryPattern pattern(std::string_view text) { return RepositoryPattern::parse(text).value(); }

}  // namespace

TEST_CASE("A repository pattern matches the whole canonical name") {
    const auto [text, name, matches] = GENERATE(table<std::string, std::string, bool>({
        {"ghcr.io/acme/app", "ghcr.io/acme/app", true},
        {"ghcr.io/acme/app", "ghcr.io/acme/app2", false},
        {"ghcr.io/acme/app", "xghcr.io/acme/app", false},
        {"ghcr.io/acme/*", "ghcr.io/acme/app", true},
        {"ghcr.io/acme/*", "ghcr.io/acme/team/app", false},
        {"ghcr.io/acme/**", "ghcr.io/acme/team/app", true},
        {"ghcr.io/acme/**", "ghcr.io/acme", false},
        {"ghcr.io/acme/**", "ghcr.io/acmeevil/app", false},
        {"ghcr.io/*/app", "ghcr.io/acme/app", true},
        {"ghcr.io/*/app", "ghcr.io/acme/x/app", false},
        {"ghcr.io/**/app", "ghcr.io/acme/x/app", true},
        {"*/acme/app", "ghcr.io/acme/app", true},
        {"**/app", "ghcr.io/acme/app", true},
        {"ghcr.io/acme/app-*", "ghcr.io/acme/app-", true},
        {"ghcrxio/acme/*", "ghcr.io/acme/app", false},
        {"ghcr.io/acme/*", "ghcrxio/acme/app", false},  // a dot is a dot
        {"127.0.0.1:5000/**", "127.0.0.1:5000/app", true},
        {"[::1]:5000/**", "[::1]:5000/app", true},
        {"**", "ghcr.io/acme/app", true},
    }));
    CAPTURE(text, name);
    CHECK(pattern(text).matches(name) == matches);
}

TEST_CASE("A repository pattern that no name can match is refused") {
    const auto text = GENERATE(as<std::string>{}, "", "*", "ghcr.io", "GHCR.io/acme", "/acme/**", "ghcr.io/acme/", "ghcr.io//app",
                               "ghcr.io/***", "ghcr.io/a b", "ghcr.io/app?", "ghcr.io/{a,b}", "ghcr.io/acme/app@sha256", "ghcr.io/\xc3\xa9",
                               std::string("ghcr.io/\0x", 10));
    CAPTURE(text);
    CHECK_FALSE(RepositoryPattern::parse(text).has_value());
    CHECK_FALSE(RepositoryPattern::parse("a/" + std::string(511, 'a')).has_value());
    CHECK(RepositoryPattern::parse("a/" + std::string(510, 'a')).has_value());
}

TEST_CASE("The more specific pattern is decided in the order of design 7") {
    const auto [name, stronger, weaker] = GENERATE(table<std::string, std::string, std::string>({
        {"more literal characters before the first wildcard", "ghcr.io/acme/**", "ghcr.io/*/app/with/a/long/name"},
        {"then more literal characters", "ghcr.io/acme/*-prod", "ghcr.io/acme/*"},
        {"then fewer **", "ghcr.io/acme/*", "ghcr.io/acme/**"},
        {"an exact name over its own prefix", "ghcr.io/acme/app", "ghcr.io/acme/**"},
        {"anything over everything", "*/app", "**"},
    }));
    CAPTURE(name);
    CHECK(pattern(stronger).more_specific_than(pattern(weaker)));
    CHECK_FALSE(pattern(weaker).more_specific_than(pattern(stronger)));
}

TEST_CASE("Patterns that count alike are not ordered") {
    CHECK_FALSE(pattern("ghcr.io/a*/b").more_specific_than(pattern("ghcr.io/x*/y")));
    CHECK_FALSE(pattern("ghcr.io/x*/y").more_specific_than(pattern("ghcr.io/a*/b")));
    CHECK_FALSE(pattern("ghcr.io/a").more_specific_than(pattern("ghcr.io/a")));
}

}  // namespace proxy
