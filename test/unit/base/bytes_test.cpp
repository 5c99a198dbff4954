#include "base/bytes.h"

#include "test/support/catch.h"

using namespace base;

TEST_CASE("base64 round trip, RFC 4648 section 10") {
    const auto [plain, text] = GENERATE(table<std::string, std::string>({
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    }));
    CHECK(base64_encode(as_bytes(plain)) == text);
    CHECK(base64_decode(text).value() == to_bytes(plain));
    auto bare = text;
    bare.erase(std::remove(bare.begin(), bare.end(), '='), bare.end());
    CHECK(base64url_encode(as_bytes(plain)) == bare);
    CHECK(base64_decode(bare, Base64Alphabet::url, Base64Padding::forbidden).value() == to_bytes(plain));
}

TEST_CASE("base64 refuses what has a second meaning") {
    const auto [name, text] = GENERATE(table<std::string, std::string>({
        {"missing padding", "Zg"},
        {"too much padding", "Zg===="},
        {"padding inside", "Zg==Zg=="},
        {"QUI=QUI=", "QUI=QUI="},
        {"new line", "Zm9v\n"},
        {"blank", " Zm9v"},
        {"url alphabet", "-_-_"},
        {"trailing bits", "Zh=="},
        {"one character", "Z==="},
        {"NUL", std::string("Zm9\0", 4)},
    }));
    CAPTURE(name);
    const auto decoded = base64_decode(text);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code() == ErrorCode::invalid_input);
}

TEST_CASE("hex decoding") {
    CHECK(hex_decode("00ffAB").value() == Bytes{0x00, 0xFF, 0xAB});
    CHECK(hex_encode(Bytes{0x00, 0xFF, 0xAB}) == "00ffab");
    CHECK_FALSE(hex_decode("0"));
    CHECK_FALSE(hex_decode("0g"));
    CHECK_FALSE(hex_decode("0x"));
}
