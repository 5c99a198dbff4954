#include "http/input.h"

#include <algorithm>
#include <cstring>

#include "http/head.h"

namespace http {

using base::ErrorCode;
using base::fail;
using base::Result;

namespace {

constexpr std::size_t kFirstStorage = 4096;  // most heads fit
constexpr std::size_t kKeptStorages = 32;    // per thread

// Storages of the first size that nobody uses just now.
std::vector<base::Bytes>& kept_storages() {
    thread_local std::vector<base::Bytes> kept;
    return kept;
}

base::Bytes borrow_storage() {
    auto& kept = kept_storages();
    if (kept.empty()) return base::Bytes(kFirstStorage);
    auto storage = std::move(kept.back());
    kept.pop_back();
    return storage;
}

void give_back(base::Bytes storage) {
    auto& kept = kept_storages();
    if (storage.size() == kFirstStorage && kept.size() < kKeptStorages) kept.push_back(std::move(storage));
}

}  // namespace

Input::~Input() {
    begin_ = end_;
    rest();
}

void Input::rest() {
    if (!empty() || storage_.empty()) return;
    begin_ = end_ = 0;
    give_back(std::exchange(storage_, {}));
}

std::string_view Input::view() const { return base::as_text(base::BytesView(storage_).subspan(begin_, end_ - begin_)); }

std::string_view Input::take(std::size_t count) {
    const auto text = view().substr(0, count);
    begin_ += count;
    return text;
}

void Input::make_room(std::size_t limit) {
    if (empty()) rest();
    if (storage_.empty()) storage_ = borrow_storage();
    if (begin_ > 0) {
        std::memmove(storage_.data(), storage_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ == storage_.size()) storage_.resize(std::max(kFirstStorage, std::min(limit, storage_.size() * 2)));
}

Async<void> Input::fill(std::size_t limit) {
    if (end_ - begin_ >= limit) co_return fail(ErrorCode::too_large, "longer than " + std::to_string(limit) + " bytes");
    make_room(limit);
    const auto free = std::span(storage_).subspan(end_);
    CO_TRY(const std::size_t count, co_await stream_.read_some(free));
    if (count == 0) co_return fail(ErrorCode::unavailable, "connection ended early");
    end_ += count;
    co_return Result<void>();
}

Async<bool> Input::wait() {
    while (empty()) {
        rest();
        CO_TRY_VOID(co_await stream_.wait_readable());
        make_room(kFirstStorage);
        CO_TRY(const auto count, stream_.try_read(std::span(storage_)));
        if (count == 0U) co_return false;
        end_ = count.value_or(0);
    }
    co_return true;
}

bool Input::try_fill() {
    if (end_ - begin_ >= kFirstStorage) return false;
    make_room(kFirstStorage);
    const auto count = stream_.try_read(std::span(storage_).subspan(end_));
    if (!count || count->value_or(0) == 0) return false;
    end_ += **count;
    return true;
}

std::optional<std::string_view> Input::whole_head() const {
    const auto length = HeadScanner().scan(view());
    if (!length || !*length) return std::nullopt;
    return view().substr(0, **length);
}

Async<std::string_view> Input::read_head(std::size_t limit) {
    HeadScanner scanner;
    while (true) {
        CO_TRY(const auto length, scanner.scan(view()));
        if (length && *length > limit) co_return fail(ErrorCode::too_large, "head is longer than " + std::to_string(limit) + " bytes");
        if (length) co_return take(*length);
        CO_TRY_VOID(co_await fill(limit));
    }
}

Async<std::string_view> Input::read_line(std::size_t limit) {
    while (true) {
        const auto feed = view().find('\n');
        if (feed != std::string_view::npos) {
            if (feed == 0 || view()[feed - 1] != '\r') co_return fail(ErrorCode::invalid_input, "line feed without carriage return");
            if (feed + 1 > limit) co_return fail(ErrorCode::too_large, "line is longer than " + std::to_string(limit) + " bytes");
            co_return take(feed + 1).substr(0, feed - 1);
        }
        CO_TRY_VOID(co_await fill(limit));
    }
}

Async<std::size_t> Input::read(std::span<std::uint8_t> into) {
    if (empty()) {
        rest();
        CO_TRY(const std::size_t count, co_await stream_.read_some(into));
        co_return count;
    }
    const auto count = std::min(into.size(), end_ - begin_);
    std::memcpy(into.data(), storage_.data() + begin_, count);
    begin_ += count;
    co_return count;
}

}  // namespace http
