// Takes a body out of its framing (RFC 9112 sections 6 and 7): exactly the declared length, or strict chunks. Chunk extensions and
// trailers are read and dropped, under small budgets; they never reach the headers.
#pragma once

#include "http/body.h"
#include "http/head.h"
#include "http/input.h"

namespace http {

class BodyDecoder {
public:
    BodyDecoder(Input& input, Framing framing);

    // At least one byte; 0 only at the proper end. Errors: unavailable (ended early), invalid_input (malformed chunks), timed_out.
    Async<std::size_t> read(std::span<std::uint8_t> into);
    // As BodySource has them: a length that is left, with nothing of it in the input.
    [[nodiscard]] std::optional<BodySource::Unread> unread();
    void took(std::uint64_t count);
    [[nodiscard]] bool finished() const { return finished_; }
    [[nodiscard]] std::optional<std::uint64_t> length() const;

private:
    Async<void> begin_chunk();
    Async<void> end_chunk();
    Async<void> drop_trailers();

    Input& input_;
    Framing framing_;
    std::uint64_t left_;  // of the body, or of the current chunk
    std::size_t extension_budget_;
    bool finished_;
};

}  // namespace http
