#include "proxy/log.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace proxy {
namespace {

std::string_view level_name(LogLevel level) {
    constexpr std::array<std::string_view, 4> kNames = {"debug", "info", "warn", "error"};
    return kNames[static_cast<std::size_t>(level)];
}

// A value that is one plain word is written bare; everything else as a JSON string, which has no line end and no bare
// quote.
std::string plain_value(std::string_view text) {
    const auto bare = [](char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '=' && c != '\\'; };
    return std::ranges::all_of(text, bare) ? std::string(text) : base::json::quote(text);
}

}  // namespace

std::string format_milliseconds(std::chrono::nanoseconds duration) {
    std::array<char, 32> text{};
    const double value = std::chrono::duration<double, std::milli>(duration).count();
    const int size = std::snprintf(text.data(), text.size(), "%.3f", value);
    return std::string(text.data(), static_cast<std::size_t>(size));
}

struct LineSink::State {
    spdlog::logger logger;
};

LineSink::LineSink(std::unique_ptr<State> state) : state_(std::move(state)) {
    state_->logger.set_pattern("%v");
    state_->logger.set_level(spdlog::level::info);
    // A crash must not lose the lines before it.
    state_->logger.flush_on(spdlog::level::info);
}

LineSink::~LineSink() = default;

std::shared_ptr<LineSink> LineSink::standard_output() {
    auto state =
        std::make_unique<State>(State{spdlog::logger("stdout", std::make_shared<spdlog::sinks::stdout_sink_mt>())});
    return std::shared_ptr<LineSink>(new LineSink(std::move(state)));  // the constructor is private
}

std::shared_ptr<LineSink> LineSink::standard_error() {
    auto state =
        std::make_unique<State>(State{spdlog::logger("stderr", std::make_shared<spdlog::sinks::stderr_sink_mt>())});
    return std::shared_ptr<LineSink>(new LineSink(std::move(state)));
}

base::Result<std::shared_ptr<LineSink>> LineSink::file(const std::filesystem::path& path) {
    try {
        auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path.string());
        return std::shared_ptr<LineSink>(
            new LineSink(std::make_unique<State>(State{spdlog::logger("file", std::move(sink))})));
    } catch (const spdlog::spdlog_ex& error) {
        return base::fail(base::ErrorCode::invalid_input, "open log file: " + std::string(error.what()));
    }
}

// As text, never as a format string: what stands in a line comes from outside.
void LineSink::write(std::string_view line) {
    state_->logger.log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

LogLine::LogLine(LogFormat format, base::Time time, std::string_view event) : format_(format) {
    const std::string stamp = base::format_rfc3339(std::chrono::floor<std::chrono::milliseconds>(time));
    if (format_ == LogFormat::json) {
        json_.add("time", stamp).add("event", event);
    } else {
        plain_ = stamp + " " + std::string(event);
    }
}

LogLine& LogLine::add(std::string_view name, std::string_view text) {
    if (text.empty()) return *this;
    return format_ == LogFormat::json ? add_raw(name, base::json::quote(text)) : add_raw(name, plain_value(text));
}

LogLine& LogLine::add(std::string_view name, std::int64_t number) {
    return add_raw(name, std::to_string(number));
}

LogLine& LogLine::add_milliseconds(std::string_view name, std::chrono::nanoseconds duration) {
    return add_raw(name, format_milliseconds(duration));
}

LogLine& LogLine::add_raw(std::string_view name, std::string_view json) {
    if (format_ == LogFormat::json) {
        json_.add_raw(name, json);
    } else {
        plain_ += " " + std::string(name) + "=" + std::string(json);
    }
    return *this;
}

std::string LogLine::text() const {
    return format_ == LogFormat::json ? json_.text() : plain_;
}

Log::Log(LogLevel level, LogFormat format, std::shared_ptr<LineSink> sink)
    : level_(level), format_(format), sink_(std::move(sink)) {}

void Log::write(LogLevel level, std::string_view message) const {
    if (level < level_) return;
    sink_->write(
        LogLine(format_, base::system_now(), "log").add("level", level_name(level)).add("message", message).text());
}

}  // namespace proxy
