#include "http/body.h"

#include <array>

#include "test/support/catch.h"
#include "test/unit/http/raw_peers.h"

TEST_CASE("a body in memory gives its bytes and then its end") {
    Loop loop;
    http::BytesBody body(base::to_bytes("abcde"));
    CHECK(body.length() == 5U);
    std::array<std::uint8_t, 3> piece{};
    CHECK(loop.run(body.read(piece)).value() == 3);
    CHECK(loop.run(body.read(piece)).value() == 2);
    CHECK(loop.run(body.read(piece)).value() == 0);
}

TEST_CASE("a body in memory starts again from its first byte, one that streams does not") {
    Loop loop;
    http::BytesBody body(base::to_bytes("abc"));
    std::array<std::uint8_t, 2> piece{};
    CHECK(loop.run(body.read(piece)).value() == 2);
    CHECK(body.rewind());
    CHECK(base::as_text(loop.run(http::read_all(body, 10)).value()) == "abc");
    PatternBody streamed(3, 3);
    CHECK_FALSE(streamed.rewind());
}

TEST_CASE("a whole body is read up to the limit") {
    Loop loop;
    const auto [size, limit, fits] = GENERATE(table<std::size_t, std::size_t, bool>({
        {0, 0, true},
        {1, 0, false},
        {100'000, 100'000, true},
        {100'001, 100'000, false},
        {5, 100'000, true},
    }));
    CAPTURE(size, limit);
    PatternBody chunked(size, std::nullopt);
    const auto content = loop.run(http::read_all(chunked, limit));
    REQUIRE(content.has_value() == fits);
    if (fits) CHECK(content->size() == size);
    if (!fits) CHECK(content.error().code() == base::ErrorCode::too_large);
}

TEST_CASE("a body that declares more than the limit is refused before it is read") {
    Loop loop;
    PatternBody body(10, 1'000'000'000'000);
    CHECK(loop.run(http::read_all(body, 100)).error().code() == base::ErrorCode::too_large);
    CHECK(body.taken() == 0);
}

TEST_CASE("a body that breaks is an error, not a shorter body") {
    Loop loop;
    BrokenBody body("abc", 10);
    CHECK(loop.run(http::read_all(body, 100)).error().code() == base::ErrorCode::unavailable);
}
