#include "proxy/toml_reader.h"

#include "test/support/catch.h"

namespace proxy {
namespace {

TomlValue value_of(std::string_view text) {
    auto result = read_toml(text, "f");
    REQUIRE(std::holds_alternative<TomlValue>(result));
    return std::get<TomlValue>(std::move(result));
}

std::string problem_of(std::string_view text) {
    const auto result = read_toml(text, "f");
    REQUIRE(std::holds_alternative<Problem>(result));
    return std::get<Problem>(result).text();
}

const TomlObject& object_of(const TomlValue& value) { return std::get<TomlObject>(value.content); }

}  // namespace

TEST_CASE("read_toml keeps types, the order of the file, and where things stand") {
    const auto root = value_of("zeta = \"text\"\nalpha = 7\n[table]\n  flag = true\n  day = 2027-03-31\n  list = [ \"a\", 2 ]\n");
    const auto& entries = object_of(root);
    REQUIRE(entries.size() == 3);
    CHECK(entries[0].name == "zeta");
    CHECK(std::get<std::string>(entries[0].value.content) == "text");
    CHECK(entries[0].value.where.column == 8);
    CHECK(entries[1].where.line == 2);
    CHECK(std::get<std::int64_t>(entries[1].value.content) == 7);
    const auto& table = object_of(entries[2].value);
    CHECK(std::get<bool>(table[0].value.content));
    CHECK(table[0].where.line == 4);
    CHECK(table[0].where.column == 3);
    CHECK(std::get<std::chrono::year_month_day>(table[1].value.content) == std::chrono::year{2027} / 3 / 31);
    CHECK(std::get<TomlArray>(table[2].value.content)[1].where.column == 17);
}

TEST_CASE("read_toml gives arrays of tables one element each, at its own header") {
    const auto root = value_of("[[policy]]\nname = \"a\"\n  [[policy.signer]]\n  name = \"s\"\n[[policy]]\nname = \"b\"\n");
    const auto& policies = std::get<TomlArray>(object_of(root)[0].value.content);
    REQUIRE(policies.size() == 2);
    CHECK(policies[1].where.line == 5);
    CHECK(std::get<TomlArray>(object_of(policies[0])[1].value.content)[0].where.line == 3);
}

TEST_CASE("read_toml turns what no setting is into another type") {
    const auto [name, text] = GENERATE(table<std::string, std::string>({
        {"fraction", "a = 1.5\n"},
        {"time of day", "a = 10:00:00\n"},
        {"date and time", "a = 2027-03-31T10:00:00Z\n"},
    }));
    CAPTURE(name);
    const auto root = value_of(text);
    CHECK(std::holds_alternative<TomlOther>(object_of(root)[0].value.content));
}

TEST_CASE("read_toml says where the text is no TOML") {
    const auto [name, text, problem] = GENERATE(table<std::string, std::string, std::string>({
        {"no value", "a = \n", "f:1:5: not TOML"},
        {"the same key twice", "a = 1\na = 2\n", "f:2:5: not TOML"},
        {"an open string", "a = 1\nb = \"x\n", "f:2:7: not TOML"},
        {"not UTF-8", "a = \"\xff\"\n", "f:1:"},
    }));
    CAPTURE(name);
    CHECK(problem_of(text).starts_with(problem));
}

TEST_CASE("read_toml refuses depth before the parser spends stack on it") {
    std::string dotted = "x = 1\na";
    for (int i = 0; i < 200'000; ++i) dotted += ".a";
    CHECK(problem_of(dotted + " = 1\n") == "f:2:34: more than 16 dots in one line, expected section.name at most");
    std::string brackets(1000, '[');
    CHECK(problem_of("a = " + brackets).starts_with("f:1:"));
}

TEST_CASE("read_toml does not count dots in strings and comments") {
    CHECK_NOTHROW(value_of("a = [\"1.2.3.4.5.6.7.8.9.10\", '1.2.3.4.5.6.7.8.9.\"10'] # 1.2.3.4.5.6.7.8.9.10.11\n"));
    CHECK_NOTHROW(value_of("a = \"\\\"1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.19\"\n"));
}

TEST_CASE("read_toml refuses multi-line strings and files over 1 MiB") {
    CHECK(problem_of("a = \"\"\"x\"\"\"\n").starts_with("f:1:5: multi-line strings are not used here"));
    CHECK(problem_of("a = '''x'''\n").starts_with("f:1:5: multi-line strings"));
    CHECK(problem_of(std::string(kTomlLimit + 1, '\n')) == "f: larger than 1 MiB");
    CHECK_NOTHROW(value_of(std::string(kTomlLimit, '\n')));
}

}  // namespace proxy
