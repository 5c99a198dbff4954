#include "proxy/config_table.h"

#include "test/support/catch.h"
#include "test/unit/proxy/config_text.h"

namespace proxy {
namespace {

// A table read from text, and the problems it left.
class TableOf {
public:
    explicit TableOf(std::string_view text)
        : value_(std::get<TomlValue>(read_toml(text, "f"))), source_("f"), table(source_, value_, "[test]") {}

    [[nodiscard]] std::vector<std::string> problems() {
        std::vector<std::string> texts;
        for (const auto& problem : source_.take_problems()) texts.push_back(problem.text());
        return texts;
    }

private:
    TomlValue value_;
    ConfigSource source_;

public:
    ConfigTable table;
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("ConfigTable hands out values of the right type without a problem") {
    TableOf test("s = \"x\"\nb = true\ni = 5\nd = 2027-03-31\nl = [\"p\", \"q\"]\nt = { k = \"v\" }\nw = \"two\"\n");
    CHECK(test.table.string("s") == "x");
    CHECK(test.table.boolean("b") == true);
    CHECK(test.table.integer("i", 0, 5) == 5);
    CHECK(test.table.date("d") == std::chrono::year{2027} / 3 / 31);
    CHECK(test.table.strings("l").at(1).text == "q");
    CHECK(test.table.is_table("t"));
    CHECK(test.table.table("t", "t")->string("k") == "v");
    CHECK(test.table.word("w", {"one", "two"}) == std::size_t{1});
    test.table.finish();
    CHECK(test.problems().empty());
}

TEST_CASE("ConfigTable gives nothing for what is absent, and no problem") {
    TableOf test("");
    CHECK_FALSE(test.table.string("s"));
    CHECK_FALSE(test.table.boolean("b"));
    CHECK_FALSE(test.table.integer("i", 0, 5));
    CHECK_FALSE(test.table.date("d"));
    CHECK(test.table.strings("l").empty());
    CHECK(test.table.tables("a", "[[a]]").empty());
    CHECK(test.table.named_tables("n").empty());
    CHECK_FALSE(test.table.table("t", "t"));
    CHECK_FALSE(test.table.readable_file("f"));
    CHECK(test.problems().empty());
}

TEST_CASE("ConfigTable says what a value is and what was expected") {
    TableOf test("s = 1\nb = \"true\"\ni = 1.5\nd = \"2027-03-31\"\nl = \"x\"\nm = [1]\nt = []\na = {}\nn = 9\nw = \"x\"\n");
    (void)test.table.string("s");
    (void)test.table.boolean("b");
    (void)test.table.integer("i", 0, 5);
    (void)test.table.date("d");
    (void)test.table.strings("l");
    (void)test.table.strings("m");
    (void)test.table.table("t", "t");
    (void)test.table.tables("a", "[[a]]");
    (void)test.table.integer("n", 0, 5);
    (void)test.table.word("w", {"one", "two"});
    CHECK(test.problems() == Texts{
                                 "f:1:5: s: is a whole number, expected a string",
                                 "f:2:5: b: is a string, expected true or false",
                                 "f:3:5: i: is another type, expected a whole number from 0 to 5",
                                 "f:4:5: d: is a string, expected a date without quotation marks, such as 2027-03-31",
                                 "f:5:5: l: is a string, expected an array of strings",
                                 "f:6:6: m: is a whole number, expected a string",
                                 "f:7:5: t: is an array, expected a table",
                                 "f:8:5: a: is a table, expected an array of tables, written [[a]]",
                                 "f:9:5: n: is 9, expected a whole number from 0 to 5",
                                 "f:10:5: w: is \"x\", expected \"one\" or \"two\"",
                             });
}

TEST_CASE("ConfigTable refuses empty lists") {
    TableOf test("l = []\na = []\n");
    (void)test.table.strings("l");
    (void)test.table.tables("a", "[[a]]");
    CHECK(test.problems() == Texts{"f:1:5: l: is empty, expected at least one string", "f:2:5: a: is empty, expected at least one [[a]]"});
}

TEST_CASE("ConfigTable finds unknown keys and guesses what was meant") {
    TableOf test("lissten = 1\ncolour = 2\n");
    (void)test.table.string("listen");
    (void)test.table.string("drain");
    test.table.finish();
    CHECK(test.problems() == Texts{
                                 "f:1:1: [test]: unknown key \"lissten\"; did you mean \"listen\"?",
                                 "f:2:1: [test]: unknown key \"colour\", expected one of: drain, listen",
                             });
}

TEST_CASE("ConfigTable tells that a required setting is missing") {
    TableOf test("a = 1\n");
    test.table.require("a", "a number");
    test.table.require("b", "a string");
    CHECK(test.problems() == Texts{"f:1:1: [test]: b is missing, expected a string"});
}

TEST_CASE("ConfigTable::named_tables gives each table with its name") {
    TableOf test("[trust.a]\nk = 1\n[trust.b]\nk = 2\n");
    auto tables = test.table.named_tables("trust");
    REQUIRE(tables.size() == 2);
    CHECK(tables[1].first.text == "b");
    CHECK(tables[1].first.where.line == 3);
    CHECK(tables[1].second.integer("k", 0, 9) == 2);
    TableOf flat("[trust]\na = 1\n");
    CHECK(flat.table.named_tables("trust").empty());
    CHECK(flat.problems() == Texts{"f:2:5: a: is a whole number, expected a table"});
}

TEST_CASE("ConfigTable::parsed turns a parser's error into a problem at the value") {
    const auto parse = [](std::string_view text) -> base::Result<std::size_t> {
        if (text.empty()) return base::fail(base::ErrorCode::invalid_input, "is empty");
        return text.size();
    };
    TableOf test("a = \"xx\"\nb = \"\"\nc = [\"x\", \"\"]\n");
    CHECK(test.table.parsed("a", parse) == std::size_t{2});
    CHECK_FALSE(test.table.parsed("b", parse));
    CHECK(test.table.parsed_list("c", parse) == std::vector<std::size_t>{1});
    CHECK(test.problems() == Texts{"f:2:5: b: is empty", "f:3:11: c: is empty"});
}

TEST_CASE("ConfigTable::readable_file resolves against the folder of the file and looks whether it is there") {
    const ConfigFolder folder;
    folder.write("there", "x");
    ConfigSource source(folder.file());
    const auto value = std::get<TomlValue>(read_toml("a = \"there\"\nb = \"gone\"\nc = \"\"\n", "f"));
    ConfigTable table(source, value, "[test]");
    CHECK(table.readable_file("a")->path == folder.path() / "there");
    (void)table.readable_file("b");
    (void)table.readable_file("c");
    const auto problems = source.take_problems();
    REQUIRE(problems.size() == 2);
    CHECK(problems[0].what == "b: " + (folder.path() / "gone").string() + ": cannot be read (No such file or directory)");
    CHECK(problems[1].what == "c: is empty, expected the path of a file");
}

TEST_CASE("ConfigSource leaves absolute paths alone") {
    const ConfigSource source("/etc/gate/config.toml");
    CHECK(source.resolve({"tls.crt", {}}).path == "/etc/gate/tls.crt");
    CHECK(source.resolve({"/run/tls.crt", {}}).path == "/run/tls.crt");
}

}  // namespace proxy
