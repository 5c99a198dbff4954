#include "proxy/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace proxy {
namespace {

std::string_view level_name(LogLevel level) {
    constexpr std::array<std::string_view, 4> kNames = {"debug", "info", "warn", "error"};
    return kNames[static_cast<std::size_t>(level)];
}

// A value that is one plain word is written bare; everything else as a JSON string, which has no line end and no bare
// quote.
bool is_bare(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '=' && c != '\\'; });
}

void append_number(std::string& into, std::int64_t number) {
    std::array<char, 24> text{};
    const auto* end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    into.append(text.data(), static_cast<std::size_t>(end - text.data()));
}

// RFC 3339 with milliseconds. Everything before them is formatted once a second and thread.
void append_time(std::string& into, base::Time time) {
    thread_local base::Time second{std::chrono::nanoseconds(-1)};
    thread_local std::string text;
    const auto whole = std::chrono::floor<std::chrono::seconds>(time);
    if (whole != second) {
        text = base::format_rfc3339(whole);
        text.pop_back();  // Z
        second = whole;
    }
    const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time - whole).count();
    into.append(text);
    if (milliseconds != 0) {
        const auto digit = [](std::int64_t value) { return static_cast<char>('0' + value); };
        into.append({'.', digit(milliseconds / 100), digit(milliseconds / 10 % 10), digit(milliseconds % 10)});
    }
    into.push_back('Z');
}

// Three decimals, rounded.
void append_milliseconds(std::string& into, std::chrono::nanoseconds duration) {
    const auto microseconds = (std::max<std::int64_t>(duration.count(), 0) + 500) / 1000;
    append_number(into, microseconds / 1000);
    const auto rest = microseconds % 1000;
    const auto digit = [](std::int64_t value) { return static_cast<char>('0' + value); };
    into.append({'.', digit(rest / 100), digit(rest / 10 % 10), digit(rest % 10)});
}

}  // namespace

std::string format_milliseconds(std::chrono::nanoseconds duration) {
    std::string text;
    append_milliseconds(text, duration);
    return text;
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
    auto state = std::make_unique<State>(State{spdlog::logger("stdout", std::make_shared<spdlog::sinks::stdout_sink_mt>())});
    return std::shared_ptr<LineSink>(new LineSink(std::move(state)));  // the constructor is private
}

std::shared_ptr<LineSink> LineSink::standard_error() {
    auto state = std::make_unique<State>(State{spdlog::logger("stderr", std::make_shared<spdlog::sinks::stderr_sink_mt>())});
    return std::shared_ptr<LineSink>(new LineSink(std::move(state)));
}

base::Result<std::shared_ptr<LineSink>> LineSink::file(const std::filesystem::path& path) {
    try {
        auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path.string());
        return std::shared_ptr<LineSink>(new LineSink(std::make_unique<State>(State{spdlog::logger("file", std::move(sink))})));
    } catch (const spdlog::spdlog_ex& error) {
        return base::fail(base::ErrorCode::invalid_input, "open log file: " + std::string(error.what()));
    }
}

// As text, never as a format string: what stands in a line comes from outside.
void LineSink::write(std::string_view line) { state_->logger.log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size())); }

void LogFields::begin(std::string_view name) {
    if (format_ == LogFormat::json) {
        into_.append(",\"").append(name).append("\":");
    } else {
        into_.append(" ").append(name).append("=");
    }
}

LogFields& LogFields::add(std::string_view name, std::string_view text) {
    if (text.empty()) return *this;
    begin(name);
    if (format_ == LogFormat::text && is_bare(text)) {
        into_.append(text);
    } else {
        base::json::append_quoted(into_, text);
    }
    return *this;
}

LogFields& LogFields::add(std::string_view name, std::int64_t number) {
    begin(name);
    append_number(into_, number);
    return *this;
}

LogFields& LogFields::add_milliseconds(std::string_view name, std::chrono::nanoseconds duration) {
    begin(name);
    append_milliseconds(into_, duration);
    return *this;
}

LogFields& LogFields::add_raw(std::string_view name, std::string_view json) {
    begin(name);
    into_.append(json);
    return *this;
}

LogFields& LogFields::add_prepared(std::string_view fields) {
    into_.append(fields);
    return *this;
}

LogLine::LogLine(LogFormat format, std::string& into, base::Time time, std::string_view event) : LogFields(format, into) {
    const bool json = format == LogFormat::json;
    if (json) into_.append("{\"time\":\"");
    append_time(into_, time);
    into_.append(json ? "\",\"event\":\"" : " ").append(event);
    if (json) into_.push_back('"');
}

void LogLine::close() {
    if (format_ == LogFormat::json) into_.push_back('}');
}

Log::Log(LogLevel level, LogFormat format, std::shared_ptr<LineSink> sink) : level_(level), format_(format), sink_(std::move(sink)) {}

void Log::write(LogLevel level, std::string_view message) const {
    if (level < level_) return;
    std::string text;
    LogLine line(format_, text, base::system_now(), "log");
    line.add("level", level_name(level)).add("message", message);
    line.close();
    sink_->write(text);
}

}  // namespace proxy
