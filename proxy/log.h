// Log lines: where they go, how they look, and operational messages. One event is one line, whatever is in it: text
// from outside is quoted, so nobody can forge a line. Thread-safe. Nothing secret comes here: base::Secret has no
// conversion to text.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/json_writer.h"
#include "base/result.h"
#include "base/time.h"
#include "proxy/config.h"

namespace proxy {

// One stream of lines. Each line is written and flushed as a whole.
class LineSink {
public:
    [[nodiscard]] static std::shared_ptr<LineSink> standard_output();
    [[nodiscard]] static std::shared_ptr<LineSink> standard_error();
    [[nodiscard]] static base::Result<std::shared_ptr<LineSink>> file(
        const std::filesystem::path& path);  // appended to
    ~LineSink();
    LineSink(const LineSink&) = delete;
    LineSink& operator=(const LineSink&) = delete;

    void write(std::string_view line);

private:
    struct State;
    explicit LineSink(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

[[nodiscard]] std::string format_milliseconds(std::chrono::nanoseconds duration);  // "12.345"

// Builds one line in either format: {"time":"…","event":"access",…} or 2026-11-24T23:00:00Z access key=value …
class LogLine {
public:
    LogLine(LogFormat format, base::Time time, std::string_view event);
    LogLine& add(std::string_view name, std::string_view text);  // an empty text is left out
    LogLine& add(std::string_view name, std::int64_t number);
    LogLine& add_milliseconds(std::string_view name, std::chrono::nanoseconds duration);
    LogLine& add_raw(std::string_view name, std::string_view json);  // already JSON; in text format as it is
    [[nodiscard]] std::string text() const;

private:
    LogFormat format_;
    base::json::ObjectWriter json_;
    std::string plain_;
};

// Operational messages: what a person running the gate should know. The level of the configuration filters them.
class Log {
public:
    Log(LogLevel level, LogFormat format, std::shared_ptr<LineSink> sink);
    void debug(std::string_view message) const { write(LogLevel::debug, message); }
    void info(std::string_view message) const { write(LogLevel::info, message); }
    void warn(std::string_view message) const { write(LogLevel::warn, message); }
    void error(std::string_view message) const { write(LogLevel::error, message); }

private:
    void write(LogLevel level, std::string_view message) const;
    LogLevel level_;
    LogFormat format_;
    std::shared_ptr<LineSink> sink_;
};

}  // namespace proxy
