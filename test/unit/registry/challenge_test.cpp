#include "registry/challenge.h"

#include "test/support/catch.h"
#include "test/unit/registry/error_code.h"

using namespace registry;

TEST_CASE("parse_challenges reads what registries send") {
    const auto parsed =
        parse_challenges(R"(Bearer realm="https://auth.example/token",service="gate.example",scope="repository:a/b:pull,push")").value();
    REQUIRE(parsed.size() == 1);
    CHECK(parsed[0].is("bearer"));
    CHECK(parsed[0].parameter("REALM") == "https://auth.example/token");
    CHECK(parsed[0].parameter("service") == "gate.example");
    CHECK(parsed[0].parameter("scope") == "repository:a/b:pull,push");
    CHECK(parsed[0].parameter("error").empty());
}

TEST_CASE("parse_challenges tells parameters from the next challenge") {
    const auto [name, text, schemes] = GENERATE(table<std::string, std::string, std::string>({
        {"two with parameters", R"(Basic realm="x, Bearer realm=\"y\"", Bearer realm="z")", "Basic Bearer"},
        {"scheme alone first", R"(Negotiate, Basic realm=x)", "Negotiate Basic"},
        {"scheme alone last", R"(Basic realm=x, Negotiate)", "Basic Negotiate"},
        {"token68", R"(NTLM TlRMTVNTUAAB==, Bearer realm="x")", "NTLM Bearer"},
        {"blanks around equals", R"(Bearer realm = "x" , service	=	y)", "Bearer"},
        {"empty elements", R"(,, Basic realm=x,, ,Bearer realm=y,)", "Basic Bearer"},
        {"nothing", "", ""},
    }));
    CAPTURE(name);
    const auto parsed = parse_challenges(text);
    REQUIRE(parsed.has_value());
    std::string found;
    for (const auto& challenge : *parsed) found += (found.empty() ? "" : " ") + challenge.scheme;
    CHECK(found == schemes);
}

TEST_CASE("parse_challenges refuses what is malformed or too much") {
    std::string many_parameters = "Bearer p0=x";
    for (int i = 1; i < 17; ++i) many_parameters += ",p" + std::to_string(i) + "=x";
    std::string many_challenges = "A";
    for (int i = 0; i < 8; ++i) many_challenges += ", A";
    const auto [name, text] = GENERATE_REF(table<std::string, std::string>({
        {"unterminated string", R"(Bearer realm="x)"},
        {"no value", "Bearer realm=;x"},
        {"no scheme", "=x"},
        {"quoted scheme", "\"Bearer\""},
        {"no comma", R"(Bearer realm="x" service="y")"},
        {"repeated realm", R"(Bearer realm="a",realm="b")"},
        {"repeated in another case", R"(Bearer realm="a",REALM="b")"},
        {"17 parameters", many_parameters},
        {"9 challenges", many_challenges},
        {"17 KiB", "Bearer realm=\"" + std::string(17 * 1024, 'x') + "\""},
        {"garbage after scheme", "Bearer @@"},
    }));
    CAPTURE(name);
    REQUIRE_FALSE(parse_challenges(text).has_value());
    CHECK(test::code_of(parse_challenges(text)) == base::ErrorCode::invalid_input);
}
