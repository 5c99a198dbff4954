#include "base/json_reader.h"

#include "test/support/catch.h"

using namespace base;

TEST_CASE("Reader names the place of every error") {
    const auto document = json::parse(R"({"a":{"list":[1,"x"]},"n":null})").value();
    const json::Reader root(document);
    const auto items = root.at("a").value().at("list").value().items(2).value();
    CHECK(items[0].string().error().message() == "a.list[0]: expected a string");
    CHECK(items[1].string().value() == "x");
    CHECK(root.at("b").error().message() == "b: is missing");
    CHECK(root.at("n").error().message() == "n: is missing");
    CHECK(root.find("n").value() == std::nullopt);
    CHECK(root.at("a").value().at("list").value().items(1).error().message() == "a.list: more than 1 elements");
    CHECK(root.only({"a"}).error().message() == "n: unknown member");
    CHECK(root.only({"a", "n"}));
}

TEST_CASE("Reader refuses a name that a Go decoder would take for the known one") {
    for (const auto* text : {R"({"Layers":[]})", R"({"layer\u017f":[]})", R"({"LAYERS":1})"}) {
        CAPTURE(text);
        const auto document = json::parse(text).value();
        CHECK_FALSE(json::Reader(document).find("layers"));
    }
}

TEST_CASE("proto_int64 takes strings and numbers, nothing approximate") {
    const auto [text, valid] = GENERATE(table<std::string, bool>({
        {"1", true},
        {"\"1\"", true},
        {"\"0\"", true},
        {"\"9223372036854775807\"", true},
        {"\"9223372036854775808\"", false},
        {"-1", false},
        {"\"-1\"", false},
        {"\"+1\"", false},
        {"\"01\"", false},
        {"1.0", false},
        {"1e3", false},
        {"\"\"", false},
        {"\"1 \"", false},
        {"\"-0\"", false},
        {"true", false},
        {"9223372036854775808", false},
    }));
    CAPTURE(text);
    const auto document = json::parse(text).value();
    CHECK(json::Reader(document).proto_int64().has_value() == valid);
}
