#include "http/body_decoder.h"

#include <algorithm>
#include <charconv>

#include "http/grammar.h"

namespace http {

using base::ErrorCode;
using base::fail;
using base::Result;

namespace {

constexpr std::size_t kHexDigits = 16;
constexpr std::size_t kExtensionBudget = 1024;  // of a whole body: nobody uses them but attackers
constexpr std::size_t kTrailerFields = 32;
constexpr std::size_t kTrailerLine = 1024;

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

struct ChunkLine {
    std::uint64_t size = 0;
    std::size_t extension = 0;  // bytes
};

// chunk-size [ chunk-ext ]: no white space before the semicolon, which RFC 9112 section 7.1.1 calls bad.
Result<ChunkLine> parse_chunk_line(std::string_view line) {
    const auto digits = static_cast<std::size_t>(std::ranges::find_if_not(line, is_hex) - line.begin());
    if (digits == 0 || digits > kHexDigits) return fail(ErrorCode::invalid_input, "chunk size is not 1 to 16 hexadecimal digits");
    ChunkLine chunk;
    std::from_chars(line.data(), line.data() + digits, chunk.size, 16);
    const auto extension = line.substr(digits);
    if (!extension.empty() && extension.front() != ';') return fail(ErrorCode::invalid_input, "junk behind the chunk size");
    if (!is_field_text(extension)) return fail(ErrorCode::invalid_input, "control character in a chunk extension");
    chunk.extension = extension.size();
    return chunk;
}

}  // namespace

BodyDecoder::BodyDecoder(Input& input, Framing framing)
    : input_(input),
      framing_(framing),
      left_(framing.length),
      extension_budget_(kExtensionBudget),
      finished_(framing.kind == Framing::Kind::none || (framing.kind == Framing::Kind::length && framing.length == 0)) {}

std::optional<std::uint64_t> BodyDecoder::length() const {
    if (framing_.kind == Framing::Kind::chunked) return std::nullopt;
    return framing_.length;
}

Async<std::size_t> BodyDecoder::read(std::span<std::uint8_t> into) {
    if (!finished_ && framing_.kind == Framing::Kind::chunked && left_ == 0) {
        CO_TRY_VOID(co_await begin_chunk());
    }
    if (finished_) co_return std::size_t{0};
    const auto piece = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_)));
    CO_TRY(const std::size_t count, co_await input_.read(piece));
    if (count == 0) co_return fail(ErrorCode::unavailable, "body ended early");
    left_ -= count;
    if (left_ > 0) co_return count;
    if (framing_.kind == Framing::Kind::length) {
        finished_ = true;
    } else {
        CO_TRY_VOID(co_await end_chunk());
    }
    co_return count;
}

std::optional<BodySource::Unread> BodyDecoder::unread() {
    const bool as_it_stands = framing_.kind == Framing::Kind::length && !finished_ && input_.empty() && !input_.stream().tls();
    if (!as_it_stands) return std::nullopt;
    return BodySource::Unread{&input_.stream(), left_};
}

void BodyDecoder::took(std::uint64_t count) {
    left_ -= std::min(count, left_);
    finished_ = left_ == 0;
}

Async<void> BodyDecoder::begin_chunk() {
    CO_TRY(const auto line, co_await input_.read_line(kHexDigits + kExtensionBudget + 2));
    CO_TRY(const auto chunk, parse_chunk_line(line));
    if (chunk.extension > extension_budget_) co_return fail(ErrorCode::invalid_input, "too many chunk extensions");
    extension_budget_ -= chunk.extension;
    left_ = chunk.size;
    if (left_ > 0) co_return Result<void>();
    CO_TRY_VOID(co_await drop_trailers());
    finished_ = true;
    co_return Result<void>();
}

Async<void> BodyDecoder::end_chunk() {
    CO_TRY(const auto line, co_await input_.read_line(2));
    if (!line.empty()) co_return fail(ErrorCode::invalid_input, "chunk is longer than its size");
    co_return Result<void>();
}

Async<void> BodyDecoder::drop_trailers() {
    for (std::size_t count = 0; count <= kTrailerFields; ++count) {
        CO_TRY(const auto line, co_await input_.read_line(kTrailerLine));
        if (line.empty()) co_return Result<void>();
        CO_TRY_VOID(parse_field_line(line));
    }
    co_return fail(ErrorCode::invalid_input, "too many trailer fields");
}

}  // namespace http
