#include "sigstore/identity.h"

#include <chrono>

#include "test/support/catch.h"

using sigstore::StringMatcher;

TEST_CASE("globs match the whole text: * inside a segment, ** anywhere") {
    const auto [pattern, text, expected] = GENERATE(table<std::string, std::string, bool>({
        {"foo@bar.com", "foo@bar.com", true},
        {"foo@bar.com", "FOO@bar.com", false},
        {"foo@bar.com", "foo@barxcom", false},
        {"foo@bar.com", "xfoo@bar.com", false},
        {"foo@bar.com", "foo@bar.com\n", false},
        {"*@bar.com", "foo@bar.com", true},
        {"*@bar.com", "@bar.com", true},
        {"*@bar.com", "foo@bar.com.evil.example", false},
        {"*@bar.com", "https://evil.example/@bar.com", false},
        {"https://github.com/acme/*", "https://github.com/acme/app", true},
        {"https://github.com/acme/*", "https://github.com/acme/app/x", false},
        {"https://github.com/acme/**", "https://github.com/acme/app/x", true},
        {"https://github.com/acme/**", "https://evil.example/?https://github.com/acme/app", false},
        {"https://github.com/acme/*/.github/workflows/release.yml@refs/tags/*",
         "https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1", true},
        {"https://github.com/acme/*/.github/workflows/release.yml@refs/tags/*",
         "https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1/x", false},
        {"https://github.com/acme/*/.github/workflows/release.yml@refs/tags/*",
         "https://github.com/acme/app/x/.github/workflows/release.yml@refs/tags/v1", false},
        {"a?c*", "a?cd", true},
        {"a?c*", "abcd", false},
        {"a.c*", "abcd", false},
        {"a[b]*", "a[b]x", true},
        {"a[b]*", "abx", false},
        {"a\\*", "a\\x", true},
    }));
    CAPTURE(pattern, text);
    CHECK(StringMatcher::glob(pattern).value().matches(text) == expected);
}

TEST_CASE("regular expressions match the whole text, never a part of it") {
    const auto [pattern, text, expected] = GENERATE(table<std::string, std::string, bool>({
        {"https://github\\.com/acme/.*", "https://github.com/acme/app", true},
        {"https://github\\.com/acme/.*", "https://evil.example/?https://github.com/acme/x", false},
        {"foo@bar\\.com", "foo@bar.com.evil.example", false},
        {"foo@bar\\.com$", "foo@bar.com\n", false},
        {"foo@bar\\.com|x", "foo@bar.comx", false},
        {"(?i)foo@bar\\.com", "FOO@BAR.COM", true},
        {"foo.*", "foo\nbar", false},
    }));
    CAPTURE(pattern, text);
    CHECK(StringMatcher::regex(pattern).value().matches(text) == expected);
}

TEST_CASE("patterns that nobody means are refused when they are written") {
    for (const auto* pattern : {"", "*", "**", "***"}) {
        CAPTURE(pattern);
        CHECK_FALSE(StringMatcher::glob(pattern));
    }
    for (const auto* pattern : {"", ".*", ".+", "a*", "(", "\\S+", "(?s).*", "a{2000}", "\\1"}) {
        CAPTURE(pattern);
        CHECK_FALSE(StringMatcher::regex(pattern));
    }
    CHECK_FALSE(StringMatcher::exact(""));
    CHECK(StringMatcher::glob("").error().message() == "pattern: is empty");
    CHECK(StringMatcher::regex("").error().message() == "pattern: is empty");
    CHECK(StringMatcher::exact("").error().message() == "text: is empty");
    CHECK(StringMatcher::regex(std::string(1024, 'a')));
    CHECK(StringMatcher::glob(std::string(1023, 'a') + "*"));
    CHECK_FALSE(StringMatcher::regex(std::string(1025, 'a')));
    CHECK_FALSE(StringMatcher::glob(std::string(1025, 'a')));
    CHECK(StringMatcher::exact("*").value().matches("*"));
    CHECK_FALSE(StringMatcher::exact("*").value().matches("x"));
}

TEST_CASE("hostile texts cost little time") {
    const auto matcher = StringMatcher::regex("(a+)+b").value();
    const auto begin = std::chrono::steady_clock::now();
    CHECK_FALSE(matcher.matches(std::string(1'000'000, 'a')));
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(2));
}

TEST_CASE("an identity rule needs issuer and subject") {
    const sigstore::IdentityRule rule{StringMatcher::exact("https://issuer").value(), StringMatcher::exact("me").value()};
    CHECK(rule.matches("https://issuer", "me"));
    CHECK_FALSE(rule.matches("https://other", "me"));
    CHECK_FALSE(rule.matches("https://issuer", "you"));
    CHECK(rule.issuer.pattern() == "https://issuer");
}
