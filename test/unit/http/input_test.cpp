#include "http/input.h"

#include "test/support/catch.h"
#include "test/unit/http/stream_pair.h"

TEST_CASE("heads and lines are cut from the input, the rest stays") {
    StreamPair pair("HEAD / X\r\nA: b\r\n\r\nline\r\nrest");
    http::Input input(pair.stream());
    CHECK(pair.run(input.wait()).value());
    CHECK(pair.run(input.read_head(100)).value() == "HEAD / X\r\nA: b\r\n\r\n");
    CHECK(pair.run(input.read_line(100)).value() == "line");
    std::array<std::uint8_t, 100> rest{};
    CHECK(pair.run(input.read(rest)).value() == 4);
    CHECK(input.empty());
    CHECK(pair.run(input.read(rest)).value() == 0);
    CHECK_FALSE(pair.run(input.wait()).value());
}

TEST_CASE("the input refuses what is too long, cut short or not ended by CRLF") {
    SECTION("head") {
        StreamPair pair("GET / HTTP/1.1\r\nX: " + std::string(50'000, 'a') + "\r\n\r\n");
        http::Input input(pair.stream());
        CHECK(pair.run(input.read_head(16 * 1024)).error().code() == base::ErrorCode::too_large);
    }
    SECTION("head a little above the limit, already here") {
        StreamPair pair("GET / HTTP/1.1\r\n\r\n");
        http::Input input(pair.stream());
        CHECK(pair.run(input.read_head(10)).error().code() == base::ErrorCode::too_large);
    }
    SECTION("head at the end of the stream") {
        StreamPair pair("GET / HTTP/1.1\r\n");
        http::Input input(pair.stream());
        CHECK(pair.run(input.read_head(100)).error().code() == base::ErrorCode::unavailable);
    }
    SECTION("line") {
        StreamPair pair("0123456789\r\n");
        http::Input input(pair.stream());
        CHECK(pair.run(input.read_line(5)).error().code() == base::ErrorCode::too_large);
    }
    SECTION("line feed alone") {
        StreamPair pair("abc\n");
        http::Input input(pair.stream());
        CHECK(pair.run(input.read_line(100)).error().code() == base::ErrorCode::invalid_input);
    }
}

TEST_CASE("a head longer than the first storage is read whole") {
    const std::string head = "GET / HTTP/1.1\r\nX: " + std::string(60'000, 'a') + "\r\n\r\n";
    StreamPair pair(head + "tail");
    http::Input input(pair.stream());
    CHECK(pair.run(input.read_head(64 * 1024)).value() == head);
    std::string tail;
    std::array<std::uint8_t, 10> piece{};
    while (const auto count = pair.run(input.read(piece)).value()) tail += base::as_text(std::span(piece).first(count));
    CHECK(tail == "tail");
}
