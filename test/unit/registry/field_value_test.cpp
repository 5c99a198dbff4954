#include "registry/field_value.h"

#include "test/support/catch.h"

using namespace registry;

TEST_CASE("FieldScanner reads tokens, values and what stands between") {
    FieldScanner scanner(R"( one , "two \"quoted\" \\" ;three)");
    CHECK(scanner.skip_blanks().token() == "one");
    CHECK_FALSE(scanner.take(','));
    CHECK(scanner.skip_blanks().take(','));
    CHECK(scanner.skip_blanks().value() == R"(two "quoted" \)");
    CHECK(scanner.skip_blanks().take(';'));
    CHECK(scanner.value() == "three");
    CHECK(scanner.at_end());
    CHECK_FALSE(scanner.value().has_value());
}

TEST_CASE("FieldScanner refuses what is not ended") {
    CHECK_FALSE(FieldScanner("\"a").value().has_value());
    CHECK_FALSE(FieldScanner("\"a\\").value().has_value());
    CHECK_FALSE(FieldScanner("\"a\\\"").value().has_value());
    CHECK_FALSE(FieldScanner("abc").until('>').has_value());
    CHECK(FieldScanner("abc>d").until('>') == "abc");
}

TEST_CASE("skip_token68 takes only what stands alone") {
    const auto [text, taken, rest] = GENERATE(table<std::string, bool, std::string>({
        {"abc==", true, ""},
        {"abc= , Basic", true, ", Basic"},
        {"a/b+c~", true, ""},
        {"realm=\"x\"", false, "realm=\"x\""},
        {"realm=x", false, "realm=x"},
        {"", false, ""},
        {"\"x\"", false, "\"x\""},
    }));
    CAPTURE(text);
    FieldScanner scanner(text);
    CHECK(scanner.skip_token68() == taken);
    CHECK(scanner.rest() == rest);
}
