// What has arrived on a stream and was not taken yet: heads and chunk lines are cut from it, body bytes go past it straight into the
// reader's buffer. Bounded by the limit that each call names. While nothing is here it holds no memory: storage is borrowed from a few
// pieces that each thread keeps.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "http/stream.h"

namespace http {

class Input {
public:
    explicit Input(Stream& stream) : stream_(stream) {}
    ~Input();
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;

    [[nodiscard]] Stream& stream() { return stream_; }
    [[nodiscard]] bool empty() const { return begin_ == end_; }
    // Waits for the first byte of what comes next; false: the peer ended the stream.
    Async<bool> wait();
    // Without waiting: more of what has arrived. False where nothing has, or the stream is at its end or broken: wait() will say so.
    [[nodiscard]] bool try_fill();
    // What is here up to the blank line, to be looked at before the next call; nullopt where that is no whole and clean head.
    [[nodiscard]] std::optional<std::string_view> whole_head() const;
    void drop(std::size_t count) { begin_ += count; }
    // A head with its blank line, to be looked at before the next call; too_large above `limit` bytes, invalid_input as HeadScanner says,
    // unavailable when the stream ends.
    Async<std::string_view> read_head(std::size_t limit);
    // A line without its CRLF; the same errors, a line feed alone is invalid_input.
    Async<std::string_view> read_line(std::size_t limit);
    // What is here first, else from the stream; 0 at its end.
    Async<std::size_t> read(std::span<std::uint8_t> into);
    // For a connection that will be idle: gives the storage back if there is nothing in it, as all of the above do.
    void rest();

private:
    [[nodiscard]] std::string_view view() const;
    [[nodiscard]] std::string_view take(std::size_t count);
    void make_room(std::size_t limit);
    Async<void> fill(std::size_t limit);  // at least one more byte; too_large if `limit` bytes are waiting

    Stream& stream_;
    base::Bytes storage_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace http
