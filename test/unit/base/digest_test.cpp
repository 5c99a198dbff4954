#include "base/digest.h"

#include "test/support/catch.h"

using namespace base;

namespace {
const std::string kEmpty256 = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
}

TEST_CASE("Digest::parse accepts sha256 and sha512 in lower case") {
    CHECK(Digest::parse(kEmpty256).value().to_string() == kEmpty256);
    CHECK(Digest::parse(kEmpty256).value().matches({}));
    CHECK(Digest::parse(kEmpty256).value() == Digest::sha256_of({}));
    CHECK(Digest::parse(kEmpty256).value().short_form() == "e3b0c44298fc");
    const auto long_form = Digest::of(HashAlgorithm::sha512, as_bytes("a"));
    CHECK(Digest::parse(long_form.to_string()).value() == long_form);
    CHECK(long_form.matches(as_bytes("a")));
    CHECK_FALSE(long_form.matches(as_bytes("b")));
}

TEST_CASE("Digest::parse refuses what the image spec refuses") {
    const auto [name, text] = GENERATE(table<std::string, std::string>({
        {"empty", ""},
        {"upper case", "sha256:" + std::string(64, 'A')},
        {"short", "sha256:00"},
        {"long", "sha256:" + std::string(66, '0')},
        {"unknown algorithm", "md5:" + std::string(32, '0')},
        {"sha384", "sha384:" + std::string(96, '0')},
        {"upper-case algorithm", "SHA256:" + std::string(64, '0')},
        {"no algorithm", std::string(64, '0')},
        {"blank", "sha256: " + std::string(63, '0')},
        {"sha512 with the length of sha256", "sha512:" + std::string(64, '0')},
    }));
    CAPTURE(name);
    const auto parsed = Digest::parse(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code() == ErrorCode::invalid_input);
}

TEST_CASE("Hasher equals hash over the whole") {
    Hasher hasher(HashAlgorithm::sha384);
    hasher.update(as_bytes("ab"));
    hasher.update(as_bytes("c"));
    CHECK(hasher.finish() == hash(HashAlgorithm::sha384, as_bytes("abc")));
    const auto parts = sha256({as_bytes("ab"), as_bytes("c")});
    CHECK(parts == sha256(as_bytes("abc")));
}
