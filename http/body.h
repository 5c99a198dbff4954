// A body that is pulled piece by piece: from a client, from an upstream, or from memory. Memory never depends on its size.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "http/async.h"

namespace http {

class Stream;

class BodySource {
public:
    virtual ~BodySource() = default;
    // Reads at least one byte into `into`; 0 only at the proper end. A body shorter than its declared length is an error
    // (`unavailable`), never an end. One read at a time.
    virtual Async<std::size_t> read(std::span<std::uint8_t> into) = 0;
    // The declared length; nullopt when chunked.
    [[nodiscard]] virtual std::optional<std::uint64_t> length() const = 0;
    // All that is left of the body, where it is on its way as it stands: `left` bytes of a plain stream, none of them read. Whoever moves
    // them by itself, without read(), says so with took(). nullopt: it has to be read.
    struct Unread {
        Stream* stream;
        std::uint64_t left;
    };
    [[nodiscard]] virtual std::optional<Unread> unread() { return std::nullopt; }
    virtual void took(std::uint64_t count) { static_cast<void>(count); }
    // What went wrong with that stream meanwhile, as read() would have said it; noted as if it had.
    [[nodiscard]] virtual base::Error failed(base::Error error) { return error; }
    // Starts again from the first byte; false where it cannot, because what was read is gone.
    [[nodiscard]] virtual bool rewind() { return false; }
};

// A body held in memory.
class BytesBody final : public BodySource {
public:
    explicit BytesBody(base::Bytes content) : content_(std::move(content)) {}
    Async<std::size_t> read(std::span<std::uint8_t> into) override;
    [[nodiscard]] std::optional<std::uint64_t> length() const override { return content_.size(); }
    [[nodiscard]] bool rewind() override;

private:
    base::Bytes content_;
    std::size_t position_ = 0;
};

// The whole body; `too_large` as soon as more than `limit` bytes are declared or read.
[[nodiscard]] Async<base::Bytes> read_all(BodySource& body, std::size_t limit);

}  // namespace http
