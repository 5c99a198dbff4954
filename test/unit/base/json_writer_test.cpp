#include "base/json_writer.h"

#include "base/strict_json.h"
#include "test/support/catch.h"

using namespace base;

TEST_CASE("what the writer writes is one line that the strict parser reads back") {
    const std::string hostile = std::string("a\"b\\c\n\r\t\x01\x7F", 10) + std::string(1, '\0') + "\xC3\xA9";
    const auto line = json::ObjectWriter().add("text", hostile).add("n", std::int64_t{-5}).add("yes", true).text();
    CHECK(line.find('\n') == std::string::npos);
    const auto document = json::parse(line).value();
    CHECK(*document.as<json::Object>()->at(0).second.as<std::string>() == hostile);
    CHECK(json::ArrayWriter().add("x").add_raw("1").text() == R"(["x",1])");
    CHECK(json::ObjectWriter().text() == "{}");
}

TEST_CASE("invalid UTF-8 becomes U+FFFD") {
    for (const auto* bytes : {"\x80", "\xC0\xAF", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\xF4\x90\x80\x80"}) {
        const auto text = json::quote(bytes);
        CHECK(text.find("\xEF\xBF\xBD") != std::string::npos);
        CHECK(json::parse(text));
    }
}
