// Log lines of one thread on their way to a sink, joined so that many cost one write. For lines that may come a moment late: what a
// person waits for (refusals, errors) goes to the sink directly.
#pragma once

#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>
#include <string>

#include "http/async.h"
#include "proxy/log.h"

namespace proxy {

class LineBuffer {
public:
    LineBuffer(http::asio::io_context& io, std::shared_ptr<LineSink> sink);
    ~LineBuffer();  // writes what is left
    LineBuffer(const LineBuffer&) = delete;
    LineBuffer& operator=(const LineBuffer&) = delete;

    // Where the next line is appended, without its end.
    [[nodiscard]] std::string& text() { return state_->text; }
    void end_line();
    void flush() { state_->flush(); }

private:
    struct State {  // outlives the buffer in a timer's hand
        std::shared_ptr<LineSink> sink;
        std::string text;
        bool timer_set = false;
        void flush();
    };
    std::shared_ptr<State> state_;
    http::asio::steady_timer timer_;
};

// The logs of one thread. Where decisions go to a place of their own they have a buffer of their own.
class LogBuffers {
public:
    LogBuffers(http::asio::io_context& io, const std::shared_ptr<LineSink>& access, const std::shared_ptr<LineSink>& decisions);
    [[nodiscard]] LineBuffer& access() { return access_; }
    [[nodiscard]] LineBuffer& decisions() { return decisions_ ? *decisions_ : access_; }
    void flush();

private:
    LineBuffer access_;
    std::optional<LineBuffer> decisions_;
};

}  // namespace proxy
