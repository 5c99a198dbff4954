#include "proxy/config_signer.h"

#include "test/support/catch.h"
#include "test/unit/proxy/config_text.h"

namespace proxy {
namespace {

struct Read {
    std::optional<SignerRule> signer;
    std::vector<std::string> problems;
};

Read read(std::string_view text) {
    const auto value = std::get<TomlValue>(read_toml(text, "f"));
    ConfigSource source("f");
    ConfigTable table(source, value, "[[policy.signer]]");
    Read result{read_signer(table), {}};
    for (const auto& problem : source.take_problems()) result.problems.push_back(problem.text());
    return result;
}

const std::string kIssuer = "name = \"s\"\nissuer = \"https://accounts.example\"\n";

}  // namespace

TEST_CASE("A signer has a name, an issuer and a subject, each by glob or by regular expression") {
    const auto [name, text] = GENERATE(table<std::string, std::string>({
        {"exact", kIssuer + "subject = \"alice@acme.example\"\n"},
        {"glob", kIssuer + "subject = \"*@acme.example\"\n"},
        {"regular expressions",
         "name = \"s\"\nissuer_regex = 'https://accounts\\.example'\nsubject_regex = '(alice|bob)@acme\\.example'\n"},
    }));
    CAPTURE(name);
    const auto result = read(text);
    CHECK(result.problems.empty());
    REQUIRE(result.signer.has_value());
    CHECK(result.signer->identity.matches("https://accounts.example", "alice@acme.example"));
    CHECK_FALSE(result.signer->identity.matches("https://accounts.example", "alice@acme.example.evil"));
    CHECK_FALSE(result.signer->identity.matches("https://accounts.example.evil", "alice@acme.example"));
    CHECK_FALSE(result.signer->identity.matches("https://evil/https://accounts.example", "alice@acme.example"));
}

TEST_CASE("A signer that is incomplete does not load") {
    const auto [name, text, problem] = GENERATE(table<std::string, std::string, std::string>({
        {"no issuer", "name = \"s\"\nsubject = \"a@b\"\n", "f:1:1: [[policy.signer]]: issuer is missing, expected issuer or issuer_regex"},
        {"no subject", kIssuer, "f:1:1: [[policy.signer]]: subject is missing, expected subject or subject_regex"},
        {"no name", "issuer = \"https://i\"\nsubject = \"a@b\"\n", "f:1:1: [[policy.signer]]: name is missing"},
        {"an empty subject", kIssuer + "subject = \"\"\n", "f:3:11: subject: "},
        {"both spellings", kIssuer + "subject = \"a@b\"\nsubject_regex = 'a@b'\n",
         "f:4:17: subject_regex: stands beside subject, expected one of the two"},
        {"a name with a space", "name = \"a b\"\nissuer = \"https://i\"\nsubject = \"a@b\"\n", "f:1:8: name: not a name"},
        {"a regular expression that does not compile", kIssuer + "subject_regex = '(a'\n", "f:3:17: subject_regex: "},
        {"a key of later", kIssuer + "subject = \"a@b\"\nclaims = { a = \"b\" }\n", "f:4:1: [[policy.signer]]: unknown key \"claims\""},
        {"a key pair, of later", kIssuer + "subject = \"a@b\"\nkey = \"release.pub\"\n", "f:4:1: [[policy.signer]]: unknown key \"key\""},
        {"a subject of another type", kIssuer + "subject = 5\n", "f:3:11: subject: is a whole number, expected a string"},
    }));
    CAPTURE(name);
    const auto result = read(text);
    REQUIRE(result.problems.size() == 1);
    CHECK_THAT(result.problems[0], Catch::Matchers::StartsWith(problem));
}

TEST_CASE("A subject or issuer that fits strangers does not load") {
    const auto [name, text] = GENERATE(table<std::string, std::string>({
        {"two stars", kIssuer + "subject = \"**\"\n"},
        {"one star: every e-mail address", kIssuer + "subject = \"*\"\n"},
        {"every e-mail address, spelled out", kIssuer + "subject = \"*@*\"\n"},
        {"every URI", kIssuer + "subject = \"https://**\"\n"},
        {"every workflow", kIssuer + "subject = \"**/.github/workflows/**\"\n"},
        {"any text", kIssuer + "subject_regex = '.*'\n"},
        {"any text but none", kIssuer + "subject_regex = '.+'\n"},
        {"any text, cleverly", kIssuer + "subject_regex = '[\\s\\S]{1,}'\n"},
        {"any address", kIssuer + "subject_regex = '[^@]+@[^@]+'\n"},
        {"any issuer", "name = \"s\"\nissuer = \"**\"\nsubject = \"a@b\"\n"},
        {"any https issuer", "name = \"s\"\nissuer_regex = 'https://.*'\nsubject = \"a@b\"\n"},
    }));
    CAPTURE(name);
    const auto result = read(text);
    REQUIRE(result.problems.size() == 1);
    CHECK_THAT(result.problems[0], Catch::Matchers::Contains("matches"));
}

TEST_CASE("A wide pattern that still names whom to trust loads") {
    const auto subject = GENERATE(as<std::string>{}, "https://github.com/acme/**", "*@acme.example",
                                  "https://github.com/acme/*/.github/workflows/release.yml@refs/tags/*");
    CAPTURE(subject);
    CHECK(read(kIssuer + "subject = \"" + subject + "\"\n").problems.empty());
}

}  // namespace proxy
