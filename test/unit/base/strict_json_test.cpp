#include "base/strict_json.h"

#include "test/support/catch.h"

using namespace base;

TEST_CASE("documents that two parsers would read differently are refused") {
    const auto [name, text] = GENERATE(table<std::string, std::string>({
        {"duplicate", R"({"a":1,"a":2})"},
        {"duplicate after folding", R"({"layers":1,"Layers":2})"},
        {"long s", R"({"layers":1,"layer\u017f":2})"},
        {"kelvin", R"({"key":1,"\u212Aey":2})"},
        {"escaped spelling of the same name", R"({"a":1,"\u0061":2})"},
        {"in a nested object", R"({"x":[{"a":1,"A":2}]})"},
        {"trailing bytes", R"({} {})"},
        {"trailing NUL", std::string("{}\0", 3)},
        {"a second text behind a NUL", std::string("{}\0{\"a\":1}", 10)},
        {"byte order mark", "\xEF\xBB\xBF{}"},
        {"comment", "{/* */}"},
        {"trailing comma", "[1,]"},
        {"single quotes", "{'a':1}"},
        {"NaN", "[NaN]"},
        {"invalid UTF-8", "[\"\xFF\"]"},
        {"lone surrogate", R"(["\ud800"])"},
        {"control character in a string", "[\"\n\"]"},
        {"empty", ""},
        {"blank", " "},
        {"unfinished", "{\"a\":"},
        {"leading zero", "[01]"},
    }));
    CAPTURE(name);
    const auto parsed = json::parse(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code() == ErrorCode::invalid_input);
}

TEST_CASE("numbers keep their exact value or are no integers") {
    const auto document = json::parse("[1,-1,18446744073709551615,1.0,1e2,18446744073709551616]").value();
    const auto& items = *document.as<json::Array>();
    CHECK(*items[0].as<std::int64_t>() == 1);
    CHECK(*items[1].as<std::int64_t>() == -1);
    CHECK(*items[2].as<std::uint64_t>() == UINT64_MAX);
    CHECK(items[3].as<json::Value::Real>() != nullptr);
    CHECK(items[4].as<json::Value::Real>() != nullptr);
    CHECK(items[5].as<json::Value::Real>() != nullptr);
}

TEST_CASE("limits are enforced while parsing") {
    CHECK(json::parse(std::string(64, '[') + std::string(64, ']')));
    CHECK_FALSE(json::parse(std::string(65, '[') + std::string(65, ']')));
    CHECK_FALSE(json::parse(std::string(1'000'000, '[')));
    json::Limits few;
    few.values = 3;
    CHECK(json::parse("[1,2]", few));
    CHECK_FALSE(json::parse("[1,2,3]", few));
    few.bytes = 4;
    const auto large = json::parse("[1,2]", few);
    REQUIRE_FALSE(large);
    CHECK(large.error().code() == ErrorCode::too_large);
}

TEST_CASE("the names of objects that are open at one time are bounded") {
    json::Limits few;
    few.names = 3;
    few.duplicates = GENERATE(json::Duplicates::refuse, json::Duplicates::keep);
    CHECK(json::parse(R"({"a":1,"b":2,"c":3})", few));
    CHECK_FALSE(json::parse(R"({"a":1,"b":2,"c":3,"d":4})", few));
    CHECK(json::parse(R"({"a":{"b":1,"c":2},"d":{"e":1}})", few));
    CHECK_FALSE(json::parse(R"({"a":{"b":{"c":{"d":1}}}})", few));
}

TEST_CASE("duplicates can be kept, to see what a lax reader would see") {
    json::Limits lax;
    lax.duplicates = json::Duplicates::keep;
    const auto document = json::parse(R"({"a":1,"A":2,"a":3})", lax).value();
    CHECK(document.as<json::Object>()->size() == 3);
}

TEST_CASE("folding is Go's for the names we know") {
    CHECK(json::folds_equal("mediaType", "MEDIATYPE"));
    CHECK(json::folds_equal("\xE2\x84\xAA", "k"));
    CHECK_FALSE(json::folds_equal("digest", "digests"));
}
