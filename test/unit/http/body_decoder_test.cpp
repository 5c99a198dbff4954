#include "http/body_decoder.h"

#include "test/support/catch.h"
#include "test/unit/http/stream_pair.h"

using http::Framing;

namespace {

struct Decoded {
    base::Result<std::string> body;
    bool finished = false;
    std::string rest;
};

// Decodes with reads of `step` bytes and says what is left for the next message.
Decoded decode(const std::string& bytes, Framing framing, std::size_t step = 1000) {
    StreamPair pair(bytes);
    http::Input input(pair.stream());
    http::BodyDecoder decoder(input, framing);
    std::string body;
    std::vector<std::uint8_t> piece(step);
    while (true) {
        const auto count = pair.run(decoder.read(piece));
        if (!count) return {std::unexpected(count.error()), decoder.finished(), {}};
        if (*count == 0) break;
        body += base::as_text(std::span(piece).first(*count));
    }
    std::string rest;
    while (const auto count = pair.run(input.read(piece)).value()) rest += base::as_text(std::span(piece).first(count));
    return {body, decoder.finished(), rest};
}

const Framing kChunked{Framing::Kind::chunked, 0};

}  // namespace

TEST_CASE("a body of declared length takes exactly its bytes") {
    const auto step = GENERATE(as<std::size_t>(), 1, 2, 1000);
    const auto decoded = decode("abcdeNEXT", {Framing::Kind::length, 5}, step);
    CHECK(decoded.body.value() == "abcde");
    CHECK(decoded.finished);
    CHECK(decoded.rest == "NEXT");
}

TEST_CASE("no body takes nothing") {
    CHECK(decode("NEXT", Framing()).rest == "NEXT");
    CHECK(decode("NEXT", {Framing::Kind::length, 0}).rest == "NEXT");
}

TEST_CASE("a body shorter than its length is an error, never an end") {
    const auto decoded = decode("abc", {Framing::Kind::length, 5});
    CHECK(decoded.body.error().code() == base::ErrorCode::unavailable);
    CHECK_FALSE(decoded.finished);
}

TEST_CASE("chunks are joined, extensions and trailers dropped, the next message left alone") {
    const auto step = GENERATE(as<std::size_t>(), 1, 3, 1000);
    const auto [name, bytes, body] = GENERATE(table<std::string, std::string, std::string>({
        {"empty", "0\r\n\r\n", ""},
        {"two chunks", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde"},
        {"hex in both cases", "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789"},
        {"16 digits", "0000000000000003\r\nabc\r\n0\r\n\r\n", "abc"},
        {"many zeros at the end", "1\r\na\r\n0000\r\n\r\n", "a"},
        {"extension", "3;a=b\r\nabc\r\n0;c\r\n\r\n", "abc"},
        {"trailers", "1\r\na\r\n0\r\nX: y\r\nContent-Length: 100\r\n\r\n", "a"},
        {"line ends inside the data", "4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n"},
    }));
    CAPTURE(name, step);
    const auto decoded = decode(bytes + "NEXT", kChunked, step);
    CHECK(decoded.body.value() == body);
    CHECK(decoded.finished);
    CHECK(decoded.rest == "NEXT");
}

TEST_CASE("chunks that two readers could end at different places are refused") {
    std::string many_extensions;
    for (int i = 0; i < 2000; ++i) many_extensions += "1;a\r\nx\r\n";
    std::string many_trailers = "0\r\n";
    for (int i = 0; i < 40; ++i) many_trailers += "X: y\r\n";
    const std::vector<std::pair<std::string, std::string>> rows = {
        {"no digits", "\r\n\r\n"},
        {"extension only", ";a\r\n\r\n"},
        {"not hexadecimal", "g\r\n\r\n"},
        {"0x", "0x1\r\na\r\n0\r\n\r\n"},
        {"plus", "+1\r\na\r\n0\r\n\r\n"},
        {"minus", "-1\r\na\r\n0\r\n\r\n"},
        {"leading space", " 1\r\na\r\n0\r\n\r\n"},
        {"trailing space", "1 \r\na\r\n0\r\n\r\n"},
        {"17 digits", "00000000000000001\r\na\r\n0\r\n\r\n"},
        {"bare line feed behind the size", "1\na\r\n0\r\n\r\n"},
        {"bare line feed behind the data", "1\r\na\n0\r\n\r\n"},
        {"bare line feed at the end", "1\r\na\r\n0\r\n\n"},
        {"bare carriage return in the size line", "1\r;a\r\na\r\n0\r\n\r\n"},
        {"data longer than its size", "1\r\nab\r\n0\r\n\r\n"},
        {"data shorter than its size", "3\r\na\r\n0\r\n\r\n"},
        {"NUL in an extension", std::string("1;\0\r\na\r\n0\r\n\r\n", 13)},
        {"extension of 2 kB", "1;" + std::string(2048, 'a') + "\r\na\r\n0\r\n\r\n"},
        {"many small extensions", many_extensions + "0\r\n\r\n"},
        {"folded trailer", "0\r\nX: y\r\n z\r\n\r\n"},
        {"trailer without a colon", "0\r\nX\r\n\r\n"},
        {"40 trailers", many_trailers + "\r\n"},
        {"long trailer", "0\r\nX: " + std::string(2000, 'a') + "\r\n\r\n"},
    };
    for (const auto& [name, bytes] : rows) {
        CAPTURE(name);
        const auto decoded = decode(bytes, kChunked);
        CHECK_FALSE(decoded.body.has_value());
        CHECK_FALSE(decoded.finished);
    }
}

TEST_CASE("a chunked body that ends early is an error at every place") {
    const std::string whole = "3\r\nabc\r\n0\r\nX: y\r\n\r\n";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        CHECK(decode(whole.substr(0, size), kChunked).body.error().code() == base::ErrorCode::unavailable);
    }
    CHECK(decode(whole, kChunked).body.value() == "abc");
}

TEST_CASE("the declared length is what the framing says") {
    StreamPair pair;
    http::Input input(pair.stream());
    CHECK(http::BodyDecoder(input, {Framing::Kind::length, 7}).length() == 7U);
    CHECK(http::BodyDecoder(input, Framing()).length() == 0U);
    CHECK_FALSE(http::BodyDecoder(input, kChunked).length().has_value());
}
