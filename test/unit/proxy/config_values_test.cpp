#include "proxy/config_values.h"

#include <sys/stat.h>

#include "test/support/catch.h"
#include "test/unit/proxy/config_text.h"

namespace proxy {

using namespace std::chrono_literals;

TEST_CASE("parse_duration reads a whole number and its unit") {
    const auto [text, value] = GENERATE(table<std::string, std::chrono::milliseconds>({
        {"0s", 0ms},
        {"500ms", 500ms},
        {"30s", 30s},
        {"5m", 5min},
        {"24h", 24h},
        {"90d", 24h * 90},
    }));
    CAPTURE(text);
    CHECK(parse_duration(text).value() == value);
}

TEST_CASE("parse_duration refuses everything else") {
    const auto text =
        GENERATE(as<std::string>{}, "", "30", "s", "-5s", "+5s", "1.5h", "05s", "5 s", "5S", "5w", "4000d", "99999999999999999999s");
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
}

TEST_CASE("parse_size reads a whole number and its unit, and nothing else") {
    const auto [text, value] = GENERATE(table<std::string, std::uint64_t>(
        {{"0", 0}, {"512", 512}, {"64KiB", 65'536}, {"256MiB", 268'435'456}, {"1024GiB", 1'099'511'627'776}}));
    CAPTURE(text);
    CHECK(parse_size(text).value() == value);
    const auto bad =
        GENERATE(as<std::string>{}, "", "KiB", "1.5MiB", "-1", "01", "64KB", "64kib", "5 MiB", "1025GiB", "99999999999999999999");
    CAPTURE(bad);
    CHECK_FALSE(parse_size(bad).has_value());
}

TEST_CASE("parse_listen_address takes an address literal and a port") {
    const auto text = GENERATE(as<std::string>{}, "0.0.0.0:5000", "127.0.0.1:0", "[::]:443", "[::1]:65535");
    CAPTURE(text);
    CHECK(parse_listen_address(text).value() == text);
}

TEST_CASE("parse_listen_address refuses names, and addresses without a good port") {
    const auto text =
        GENERATE(as<std::string>{}, "", ":5000", "localhost:5000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:05",
                 "127.0.0.1:5x", "256.0.0.1:1", "::1:5000", "[::1]", "[::1]5000", "[::1", "[127.0.0.1]:1", "1.2.3:1");
    CAPTURE(text);
    CHECK_FALSE(parse_listen_address(text).has_value());
}

TEST_CASE("parse_authority folds case and keeps the port") {
    const auto [text, value] = GENERATE(table<std::string, std::string>({
        {"gate.example", "gate.example"},
        {"GATE.Example:5000", "gate.example:5000"},
        {"localhost", "localhost"},
        {"127.0.0.1:5000", "127.0.0.1:5000"},
        {"[2001:DB8::1]:443", "[2001:db8::1]:443"},
        {"xn--bcher-kva.example", "xn--bcher-kva.example"},
    }));
    CAPTURE(text);
    CHECK(parse_authority(text).value() == value);
}

TEST_CASE("parse_authority refuses what is no host") {
    const auto text =
        GENERATE(as<std::string>{}, "", "https://gate.example", "gate.example/", "user@gate.example", "gate..example", ".example",
                 "gate.example.", "-gate.example", "gate-.example", "gate_x.example", "gate.example:", "gate.example:0",
                 "gate.example:70000", "a:b:c", "[::1", "[x]", "g\xc3\xa4te.example", "gate example", "gate.example\n");
    CAPTURE(text);
    CHECK_FALSE(parse_authority(text).has_value());
    CHECK_FALSE(parse_authority(std::string(64, 'a') + ".example").has_value());
}

TEST_CASE("parse_label keeps names that are fit for log lines and refusals") {
    CHECK(parse_label("acme-production_1.2").value() == "acme-production_1.2");
    CHECK(parse_label(std::string(64, 'a')).has_value());
    const auto text = GENERATE(as<std::string>{}, "", "a b", "a\n", "a/b", "\xc3\xa9", std::string(65, 'a'));
    CHECK_FALSE(parse_label(text).has_value());
}

TEST_CASE("check_readable tells a missing file, a folder and a closed file apart") {
    const ConfigFolder folder;
    folder.write("file", "x");
    CHECK(check_readable(folder.path() / "file").has_value());
    CHECK(check_readable(folder.path() / "none").error().message().ends_with("cannot be read (No such file or directory)"));
    CHECK(check_readable(folder.path()).error().message().ends_with("is a folder, expected a file"));
}

TEST_CASE("check_readable does not wait for a pipe that nobody writes to") {
    const ConfigFolder folder;
    REQUIRE(::mkfifo((folder.path() / "pipe").c_str(), 0600) == 0);
    CHECK(check_readable(folder.path() / "pipe").has_value());
}

}  // namespace proxy
