#include "proxy/log.h"

#include <set>
#include <thread>

#include "base/strict_json.h"
#include "test/support/catch.h"
#include "test/unit/proxy/log_file.h"

namespace proxy {
namespace {

using namespace std::chrono_literals;

const base::Time kTime = base::parse_rfc3339("2026-11-24T12:00:00.123456Z").value();

}  // namespace

TEST_CASE("A log line is JSON with time and event first") {
    std::string text;
    LogLine line(LogFormat::json, text, kTime, "access");
    line.add("peer", "127.0.0.1:1")
        .add("empty", "")
        .add("status", std::int64_t{200})
        .add_milliseconds("ms", 1'234'567ns)
        .add_raw("list", "[1]");
    line.close();
    CHECK(text == R"({"time":"2026-11-24T12:00:00.123Z","event":"access","peer":"127.0.0.1:1","status":200,"ms":1.235,"list":[1]})");
}

TEST_CASE("A log line can be text for people") {
    std::string text;
    LogLine line(LogFormat::text, text, kTime, "access");
    line.add("peer", "127.0.0.1:1")
        .add("empty", "")
        .add("reason", "two words")
        .add("status", std::int64_t{200})
        .add_milliseconds("ms", 12ms);
    line.close();
    CHECK(text == "2026-11-24T12:00:00.123Z access peer=127.0.0.1:1 reason=\"two words\" status=200 ms=12.000");
}

TEST_CASE("Nobody can forge a line or a field") {
    const auto hostile = GENERATE(as<std::string>{}, "a\nb", "a\r\n{\"event\":\"decision\"}", "\"", "a=b", "\\", "\x1b[2J", "a\xff",
                                  "x\xe2\x80\xa8y", std::string("\0", 1));
    for (const auto format : {LogFormat::json, LogFormat::text}) {
        std::string text;
        LogLine line(format, text, kTime, "access");
        line.add("target", hostile);
        line.close();
        CAPTURE(text);
        CHECK(text.find('\n') == std::string::npos);
        CHECK(text.find('\r') == std::string::npos);
        CHECK(text.find('\x1b') == std::string::npos);
        if (format == LogFormat::json) CHECK(base::json::parse(text).has_value());
        if (format == LogFormat::text) CHECK(text.ends_with('"'));
    }
}

TEST_CASE("Log writes from its level on") {
    const LogFile file;
    const Log log(LogLevel::warn, LogFormat::json, file.sink());
    log.debug("a");
    log.info("b");
    log.warn("c {} %s");
    log.error("d");
    const auto lines = file.lines();
    REQUIRE(lines.size() == 2);
    CHECK_THAT(lines[0], Catch::Matchers::EndsWith(R"("event":"log","level":"warn","message":"c {} %s"})"));
    CHECK_THAT(lines[1], Catch::Matchers::EndsWith(R"("event":"log","level":"error","message":"d"})"));
}

TEST_CASE("Log at level debug writes everything") {
    const LogFile file;
    const Log log(LogLevel::debug, LogFormat::text, file.sink());
    log.debug("a");
    log.info("b");
    CHECK(file.lines().size() == 2);
    CHECK_THAT(file.lines()[0], Catch::Matchers::EndsWith(" log level=debug message=a"));
}

TEST_CASE("LineSink appends to a file, and says why it cannot") {
    const LogFile file;
    file.sink()->write("one");
    file.sink()->write("two");
    CHECK(file.lines() == std::vector<std::string>{"one", "two"});
    const auto none = LineSink::file("/proc/none/decisions.jsonl");
    REQUIRE_FALSE(none.has_value());
    CHECK_THAT(none.error().message(), Catch::Matchers::StartsWith("open log file: "));
}

TEST_CASE("LineSink writes whole lines from many threads") {
    const LogFile file;
    const auto sink = file.sink();
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([sink, i] {
            for (int n = 0; n < 200; ++n) sink->write(std::string(100, static_cast<char>('a' + i)));
        });
    }
    for (auto& thread : threads) thread.join();
    const auto lines = file.lines();
    CHECK(lines.size() == 800);
    CHECK(std::set<std::string>(lines.begin(), lines.end()).size() == 4);
}

TEST_CASE("format_milliseconds keeps three decimals") {
    CHECK(format_milliseconds(0ns) == "0.000");
    CHECK(format_milliseconds(1500us) == "1.500");
    CHECK(format_milliseconds(100s) == "100000.000");
}

}  // namespace proxy
