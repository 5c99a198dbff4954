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

// One stream of lines. Each call writes and flushes whole lines.
class LineSink {
public:
    [[nodiscard]] static std::shared_ptr<LineSink> standard_output();
    [[nodiscard]] static std::shared_ptr<LineSink> standard_error();
    [[nodiscard]] static base::Result<std::shared_ptr<LineSink>> file(const std::filesystem::path& path);  // appended to
    ~LineSink();
    LineSink(const LineSink&) = delete;
    LineSink& operator=(const LineSink&) = delete;

    void write(std::string_view line);  // or several, with line ends between them

private:
    struct State;
    explicit LineSink(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// Appends fields to a text in either format: ,"peer":"…","status":200 or _peer=…_status=200. What is appended once can be part of many
// lines. Allocates nothing where the text has room.
class LogFields {
public:
    LogFields(LogFormat format, std::string& into) : format_(format), into_(into) {}
    LogFields& add(std::string_view name, std::string_view text);  // an empty text is left out
    LogFields& add(std::string_view name, std::int64_t number);
    LogFields& add_milliseconds(std::string_view name, std::chrono::nanoseconds duration);  // 12.345
    LogFields& add_raw(std::string_view name, std::string_view json);  // already JSON; in text format as it is
    LogFields& add_prepared(std::string_view fields);                  // what a LogFields of the same format has appended

protected:
    void begin(std::string_view name);
    LogFormat format_;
    std::string& into_;
};

// One whole line, without its end: {"time":"…","event":"access",…} or 2026-11-24T23:00:00Z access key=value …
class LogLine : public LogFields {
public:
    LogLine(LogFormat format, std::string& into, base::Time time, std::string_view event);
    void close();  // once, last
};

// "12.345"; rounded.
[[nodiscard]] std::string format_milliseconds(std::chrono::nanoseconds duration);

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
