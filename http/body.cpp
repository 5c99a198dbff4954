#include "http/body.h"

#include <algorithm>
#include <cstring>

namespace http {

using base::ErrorCode;
using base::fail;

Async<std::size_t> BytesBody::read(std::span<std::uint8_t> into) {
    const auto count = std::min(into.size(), content_.size() - position_);
    if (count > 0) std::memcpy(into.data(), content_.data() + position_, count);
    position_ += count;
    co_return count;
}

bool BytesBody::rewind() {
    position_ = 0;
    return true;
}

Async<base::Bytes> read_all(BodySource& body, std::size_t limit) {
    constexpr std::size_t kStep = 16 * 1024;
    const auto declared = body.length();
    if (declared.value_or(0) > limit) co_return fail(ErrorCode::too_large, "body declares more than " + std::to_string(limit) + " bytes");
    base::Bytes content;
    std::size_t filled = 0;
    while (true) {
        // Grows with what really came: a declared length alone reserves nothing. One byte more than allowed is room to notice it.
        if (filled == content.size()) content.resize(std::min(limit + 1, std::max(kStep, filled * 2)));
        const auto room = std::span(content).subspan(filled);
        CO_TRY(const std::size_t count, co_await body.read(room));
        if (count == 0) break;
        filled += count;
        if (filled > limit) co_return fail(ErrorCode::too_large, "body is longer than " + std::to_string(limit) + " bytes");
    }
    content.resize(filled);
    co_return content;
}

}  // namespace http
