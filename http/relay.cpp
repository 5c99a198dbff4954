#include "http/relay.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

#include "http/pipe.h"

namespace http {

using base::ErrorCode;
using base::fail;
using base::Result;

namespace {

constexpr std::string_view kChunkEnd = "\r\n";
constexpr std::string_view kLastChunk = "0\r\n\r\n";

asio::const_buffer buffer_of(std::string_view text) { return {text.data(), text.size()}; }

// The chunk-size line of a piece; lives while the piece is written.
class ChunkSize {
public:
    std::string_view line(std::size_t size) {
        auto* const end = std::to_chars(text_.data(), text_.data() + 16, size, 16).ptr;
        end[0] = '\r';
        end[1] = '\n';
        return {text_.data(), static_cast<std::size_t>(end + 2 - text_.data())};
    }

private:
    std::array<char, 18> text_{};
};

constexpr std::uint64_t kWorthAPipe = 64 * 1024;

// `progress` is told which side failed.
struct Passage {
    Stream& to;
    BodySource& body;
    RelayProgress& progress;
};

// More of the body into the pipe: so many bytes; 0 where it would have to wait.
Async<std::size_t> fill(Pipe& pipe, const BodySource::Unread& rest, const Passage& passage) {
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(rest.left, pipe.capacity()));
    // Two streams that are always ready must not outlive the time of either.
    auto turn = co_await rest.stream->take_turns();
    if (!turn) co_return std::unexpected(passage.body.failed(std::move(turn).error()));
    auto count = rest.stream->try_read(pipe, most);
    if (!count) co_return std::unexpected(passage.body.failed(std::move(count).error()));
    if (*count == 0U) co_return std::unexpected(passage.body.failed({ErrorCode::unavailable, "body ended early"}));
    if (*count) co_return **count;
    auto readable = co_await rest.stream->wait_readable();
    if (!readable) co_return std::unexpected(passage.body.failed(std::move(readable).error()));
    co_return std::size_t{0};
}

// The pipe's content goes on before more is read: a reader that stops reading stops the producer.
Async<void> drain(Pipe& pipe, const Passage& passage) {
    auto turn = co_await passage.to.take_turns();
    passage.progress.peer_failed = !turn;
    CO_TRY_VOID(std::move(turn));
    while (pipe.size() > 0) {
        auto sent = passage.to.try_write(pipe);
        passage.progress.peer_failed = !sent;
        CO_TRY(const auto count, std::move(sent));
        if (count > 0) continue;
        auto writable = co_await passage.to.wait_writable();
        passage.progress.peer_failed = !writable;
        CO_TRY_VOID(std::move(writable));
    }
    co_return Result<void>();
}

// Moves what is left of a body from one plain stream to the other without copying it: exactly so much, or an error.
Async<void> pass_through(Pipe& pipe, BodySource::Unread rest, const Passage& passage) {
    while (rest.left > 0) {
        CO_TRY(const auto count, co_await fill(pipe, rest, passage));
        if (count == 0) continue;
        CO_TRY_VOID(co_await drain(pipe, passage));
        rest.left -= count;
        passage.progress.bytes += count;
        passage.body.took(count);  // the last one may give the stream away
    }
    co_return Result<void>();
}

// Null: it has to be read.
std::unique_ptr<Pipe> pipe_for(const Stream& to, RelayCoding coding, std::optional<BodySource::Unread> rest) {
    if (!rest || rest->left < kWorthAPipe || coding == RelayCoding::chunked || to.tls()) return nullptr;
    return Pipe::borrow().value_or(nullptr);
}

}  // namespace

Framing framing_of(const BodySource& body) {
    const auto length = body.length();
    return length ? Framing(Framing::Kind::length, *length) : Framing(Framing::Kind::chunked, 0);
}

Async<void> relay(Stream& stream, std::string head, BodySource& body, RelayCoding coding, RelayProgress& progress) {
    const auto declared = body.length();
    const auto size = static_cast<std::size_t>(std::clamp<std::uint64_t>(declared.value_or(kRelayBuffer), 1, kRelayBuffer));
    auto buffer = std::make_unique_for_overwrite<std::uint8_t[]>(size);
    const std::span<std::uint8_t> room(buffer.get(), size);
    ChunkSize chunk_size;
    while (true) {
        std::size_t count = 0;
        if (declared != 0U) {
            CO_TRY(count, co_await body.read(room));
        }
        progress.bytes += count;
        // A source that breaks its word must not make a message that a reader would take for whole.
        if (declared && progress.bytes > *declared) co_return fail(ErrorCode::unavailable, "body is longer than declared");
        if (declared && count == 0 && progress.bytes < *declared) co_return fail(ErrorCode::unavailable, "body ended early");
        std::array<asio::const_buffer, 4> parts;
        parts[0] = buffer_of(progress.head_sent ? std::string_view() : std::string_view(head));
        parts[2] = asio::const_buffer(room.data(), count);
        if (coding == RelayCoding::chunked) {
            parts[1] = count > 0 ? buffer_of(chunk_size.line(count)) : asio::const_buffer();
            parts[3] = buffer_of(count > 0 ? kChunkEnd : kLastChunk);
        }
        progress.head_sent = true;
        auto written = co_await stream.write(parts);
        progress.peer_failed = !written;
        CO_TRY_VOID(std::move(written));
        if (count == 0) break;
        const auto rest = body.unread();
        auto pipe = pipe_for(stream, coding, rest);
        if (!pipe) continue;
        buffer.reset();  // a slow reader holds none
        const Passage passage{stream, body, progress};
        CO_TRY_VOID(co_await pass_through(*pipe, *rest, passage));
        Pipe::give_back(std::move(pipe));
        break;
    }
    progress.complete = true;
    co_return Result<void>();
}

}  // namespace http
