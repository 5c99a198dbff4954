// Chunked bodies (RFC 9112 section 7.1): the input is what stands behind the head. It is decoded as it arrives at once,
// byte by byte if it is short, and in pieces of one size, and read in steps as different; a direct reading of the
// grammar says what must come out.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "http/body_decoder.h"
#include "test/fuzz/property.h"

namespace {

using fuzz::require;

struct Delivery {
    std::size_t piece;  // bytes that arrive at a time
    std::size_t step;   // bytes that are asked for at a time
};

struct Decoded {
    std::string body;
    std::optional<base::ErrorCode> error;
    std::string rest;  // left for the next message
};

http::Async<void> decode(http::Input& input, std::size_t step, Decoded& decoded) {
    http::BodyDecoder decoder(input, http::Framing{http::Framing::Kind::chunked, 0});
    std::vector<std::uint8_t> piece(step);
    while (true) {
        const auto count = co_await decoder.read(piece);
        if (!count) decoded.error = count.error().code();
        if (!count || *count == 0) break;
        require(*count <= step, "no more is read than was asked for");
        decoded.body += base::as_text(std::span(piece).first(*count));
    }
    require(decoder.finished() == !decoded.error, "a body is finished, or it is an error");
    while (!decoded.error) {
        const auto count = co_await input.read(piece);
        if (!count || *count == 0) break;
        decoded.rest += base::as_text(std::span(piece).first(*count));
    }
    co_return base::Result<void>();
}

http::asio::io_context& loop() {
    static http::asio::io_context io(1);
    return io;
}

// The bytes come through a pair of sockets, so that what is tested is what runs; the next piece only when the last one
// is used up.
Decoded deliver(std::string_view bytes, Delivery delivery) {
    int ends[2];
    require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "there is a pair of sockets");
    Decoded decoded;
    bool done = false;
    {
        http::Stream::Socket socket(loop(), http::asio::ip::tcp::v4(), ends[0]);
        http::Stream stream(std::move(socket));
        http::Input input(stream);
        http::asio::co_spawn(loop(), decode(input, delivery.step, decoded), [&](const auto&...) { done = true; });
        while (!bytes.empty() && !done) {
            const auto sent = ::send(ends[1], bytes.data(), std::min(delivery.piece, bytes.size()), MSG_NOSIGNAL);
            require(sent > 0, "the socket takes what is sent");
            bytes.remove_prefix(static_cast<std::size_t>(sent));
            loop().restart();
            loop().poll();
        }
        ::close(ends[1]);
        loop().restart();
        loop().run();
    }
    return decoded;
}

struct Reading {
    std::string body;
    std::size_t size = 0;       // of the message
    bool within_limits = true;  // few and short extensions and trailers, which the decoder demands beyond the grammar
};

std::optional<std::string_view> next_line(std::string_view& rest) {
    const auto end = rest.find("\r\n");
    if (end == std::string_view::npos || rest.find('\n') != end + 1) return std::nullopt;
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    return line;
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; });
}

// chunked-body by its grammar, over bytes that are all there; nullopt: malformed or not complete.
std::optional<Reading> read_directly(std::string_view bytes) {
    Reading reading;
    auto rest = bytes;
    std::size_t extensions = 0;
    while (true) {
        const auto line = next_line(rest);
        if (!line) return std::nullopt;
        std::uint64_t size = 0;
        const auto digits = std::min(line->find_first_not_of("0123456789abcdefABCDEF"), line->size());
        const auto [end, failure] = std::from_chars(line->data(), line->data() + digits, size, 16);
        if (digits == 0 || failure != std::errc() || has_control(line->substr(digits))) return std::nullopt;
        if (digits < line->size() && (*line)[digits] != ';') return std::nullopt;
        extensions += line->size() - digits;
        reading.within_limits = reading.within_limits && digits <= 16 && extensions <= 1024;
        if (size == 0) break;
        if (rest.size() < 2 || size > rest.size() - 2 || rest.substr(size, 2) != "\r\n") return std::nullopt;
        reading.body += rest.substr(0, size);
        rest.remove_prefix(size + 2);
    }
    for (std::size_t count = 0;; ++count) {
        const auto line = next_line(rest);
        if (!line) return std::nullopt;
        reading.within_limits = reading.within_limits && count <= 32 && line->size() + 2 <= 1024;
        if (line->empty()) break;
        if (!http::parse_field_line(*line)) return std::nullopt;
    }
    reading.size = bytes.size() - rest.size();
    return reading;
}

void check_against(const Decoded& decoded, const std::optional<Reading>& reading, std::string_view bytes) {
    if (decoded.error) {
        require(!reading || !reading->within_limits, "a well-formed body is decoded");
        return;
    }
    require(reading && reading->within_limits, "what is decoded is well formed");
    require(decoded.body == reading->body, "the decoded bytes are those of the chunks");
    require(decoded.rest == bytes.substr(reading->size), "nothing behind the body is taken");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::as_text(data, size);
    const auto reading = read_directly(bytes);
    const auto whole = deliver(bytes, {std::max<std::size_t>(bytes.size(), 1), 4096});
    check_against(whole, reading, bytes);
    const auto number = fuzz::number_of(bytes);
    const auto piece = static_cast<std::size_t>(number % 61) + 1;
    const auto step = static_cast<std::size_t>(number / 61 % 61) + 1;
    for (const auto delivery : {Delivery{piece, step}, Delivery{bytes.size() / 128 + 1, 1}}) {
        const auto decoded = deliver(bytes, delivery);
        check_against(decoded, reading, bytes);
        require(decoded.error.has_value() == whole.error.has_value(), "the verdict does not depend on how the bytes arrive");
        const bool ended = decoded.error == base::ErrorCode::unavailable;
        require(ended == (whole.error == base::ErrorCode::unavailable), "too short is too short however it arrives");
    }
    return 0;
}
