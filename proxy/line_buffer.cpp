#include "proxy/line_buffer.h"

namespace proxy {
namespace {
constexpr std::size_t kFlushAt = 32 * 1024;
constexpr std::chrono::milliseconds kLatest{200};
}  // namespace

LineBuffer::LineBuffer(http::asio::io_context& io, std::shared_ptr<LineSink> sink) : state_(std::make_shared<State>()), timer_(io) {
    state_->sink = std::move(sink);
    state_->text.reserve(2 * kFlushAt);
}

LineBuffer::~LineBuffer() { flush(); }

void LineBuffer::State::flush() {
    timer_set = false;
    if (text.empty()) return;
    text.pop_back();  // the sink ends the last line
    sink->write(text);
    text.clear();  // keeps its room
}

void LineBuffer::end_line() {
    state_->text.push_back('\n');
    if (state_->text.size() >= kFlushAt) return flush();
    if (std::exchange(state_->timer_set, true)) return;
    timer_.expires_after(kLatest);
    timer_.async_wait([state = state_](boost::system::error_code error) {
        if (!error) state->flush();
    });
}

LogBuffers::LogBuffers(http::asio::io_context& io, const std::shared_ptr<LineSink>& access, const std::shared_ptr<LineSink>& decisions)
    : access_(io, access) {
    if (decisions != access) decisions_.emplace(io, decisions);
}

void LogBuffers::flush() {
    access_.flush();
    if (decisions_) decisions_->flush();
}

}  // namespace proxy
