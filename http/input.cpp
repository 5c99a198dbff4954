#include "http/input.h"

#include <algorithm>
#include <cstring>

#include "http/head.h"

namespace http {

using base::ErrorCode;
using base::fail;
using base::Result;

namespace {

constexpr std::size_t kFirstStorage = 4096;  // most heads fit, and an idle connection holds no more

}  // namespace

std::string_view Input::view() const { return base::as_text(base::BytesView(storage_).subspan(begin_, end_ - begin_)); }

std::string Input::take(std::size_t count) {
    std::string text(view().substr(0, count));
    begin_ += count;
    return text;
}

Async<void> Input::fill(std::size_t limit) {
    if (begin_ > 0) {
        std::memmove(storage_.data(), storage_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ >= limit) co_return fail(ErrorCode::too_large, "longer than " + std::to_string(limit) + " bytes");
    if (end_ == 0 && storage_.size() > kFirstStorage) storage_ = {};
    if (end_ == storage_.size()) storage_.resize(std::max(kFirstStorage, std::min(limit, storage_.size() * 2)));
    const auto free = std::span(storage_).subspan(end_);
    CO_TRY(const std::size_t count, co_await stream_.read_some(free));
    if (count == 0) co_return fail(ErrorCode::unavailable, "connection ended early");
    end_ += count;
    co_return Result<void>();
}

Async<bool> Input::wait() {
    if (!empty()) co_return true;
    begin_ = end_ = 0;
    if (storage_.size() != kFirstStorage) {
        storage_ = base::Bytes(kFirstStorage);
    }
    CO_TRY(end_, co_await stream_.read_some(std::span(storage_)));
    co_return end_ > 0;
}

Async<std::string> Input::read_head(std::size_t limit) {
    HeadScanner scanner;
    while (true) {
        CO_TRY(const auto length, scanner.scan(view()));
        if (length && *length > limit) co_return fail(ErrorCode::too_large, "head is longer than " + std::to_string(limit) + " bytes");
        if (length) co_return take(*length);
        CO_TRY_VOID(co_await fill(limit));
    }
}

Async<std::string> Input::read_line(std::size_t limit) {
    while (true) {
        const auto feed = view().find('\n');
        if (feed != std::string_view::npos) {
            if (feed == 0 || view()[feed - 1] != '\r') co_return fail(ErrorCode::invalid_input, "line feed without carriage return");
            if (feed + 1 > limit) co_return fail(ErrorCode::too_large, "line is longer than " + std::to_string(limit) + " bytes");
            auto line = take(feed + 1);
            line.resize(feed - 1);
            co_return line;
        }
        CO_TRY_VOID(co_await fill(limit));
    }
}

Async<std::size_t> Input::read(std::span<std::uint8_t> into) {
    if (empty()) {
        CO_TRY(const std::size_t count, co_await stream_.read_some(into));
        co_return count;
    }
    const auto count = std::min(into.size(), end_ - begin_);
    std::memcpy(into.data(), storage_.data() + begin_, count);
    begin_ += count;
    co_return count;
}

}  // namespace http
