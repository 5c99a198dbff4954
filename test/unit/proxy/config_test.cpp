#include "proxy/config.h"

#include <sstream>

#include "test/support/catch.h"
#include "test/support/source_dir.h"
#include "test/unit/proxy/config_text.h"

namespace proxy {
namespace {

using Texts = std::vector<std::string>;

std::string example() {
    std::ifstream file(std::filesystem::path(test::source_dir()) / "config.toml.example");
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

// The files that config.toml.example names.
void write_example_files(const ConfigFolder& folder) {
    for (const auto* name : {"tls.crt", "tls.key", "private-ca.pem", "trusted_root.json"}) folder.write(name, "x");
    folder.write("ghcr.password", "secret\n");
    folder.write("docker-config.json", R"({"auths": {"https://index.docker.io/v1/": {"auth": "Y2k6aHVudGVyMg=="}}})");
}

}  // namespace

TEST_CASE("config.toml.example loads") {
    const ConfigFolder folder;
    write_example_files(folder);
    CHECK(folder.problems(example()) == Texts{});
    const auto config = folder.load(example());
    REQUIRE(config.has_value());
    CHECK(config->upstreams.size() == 2);
    CHECK(config->upstreams[1].account->username == "ci");
    CHECK(config->policies.size() == 2);
    CHECK(config->policies[0].signers.size() == 2);
    CHECK(config->clients.grants.size() == 1);
}

TEST_CASE("The defaults that config.toml.example states are the defaults") {
    const ConfigFolder folder;
    const auto config = folder.load(kMinimal);
    REQUIRE(config.has_value());
    const auto text = example();
    CHECK(text.find("Default: 0, one per core.\nthreads = 0\n") != std::string::npos);
    CHECK(config->server.threads == 0);
    CHECK(text.find("Default: \"20s\".\ndrain = \"20s\"\n") != std::string::npos);
    CHECK(config->server.drain == std::chrono::seconds(20));
    CHECK(text.find("Default: \"info\".\nlevel = \"info\"\n") != std::string::npos);
    CHECK(config->log.level == LogLevel::info);
    CHECK(text.find("Default: \"json\".\nformat = \"json\"\n") != std::string::npos);
    CHECK(config->log.format == LogFormat::json);
}

TEST_CASE("All problems of a file are reported at once, in its order") {
    const ConfigFolder folder;
    const auto problems =
        folder.problems("[server]\nlissten = [\"127.0.0.1:5000\"]\nthreads = \"two\"\n[store]\npath = \"x\"\n" + kUpstream +
                        "[log]\nlevel = 3\n[[policy]]\nname = \"p\"\nrepositories = [\"ghcr.io/**\"]\ntrust = [\"none\"]\nrequire = { "
                        "at_least = 3 }\n"
                        "[[policy.signer]]\nname = \"s\"\nissuer = \"https://i\"\nsubject_regex = '('\n[defualt]\naction = \"deny\"\n");
    REQUIRE(problems.size() == 9);
    CHECK(problems[0] == "1:1: [server]: no listener, expected listen or tls_listen");
    CHECK(problems[1] == "2:1: [server]: unknown key \"lissten\"; did you mean \"listen\"?");
    CHECK(problems[2] == "3:11: threads: is a string, expected a whole number from 0 to 256");
    CHECK(problems[3] ==
          "4:2: the configuration: unknown key \"store\", expected one of: admin, cache, clients, default, log, policy, "
          "server, trust, upstream");
    CHECK(problems[4] == "12:9: level: is a whole number, expected a string");
    CHECK(problems[5] == "16:10: trust: there is no [trust.none], expected the name of one");
    CHECK(problems[6] == "17:24: at_least: is 3, expected at most the number of signers, 1");
    CHECK_THAT(problems[7], Catch::Matchers::StartsWith("21:17: subject_regex: "));
    CHECK(problems[8] == "22:2: the configuration: unknown key \"defualt\"; did you mean \"default\"?");
}

TEST_CASE("Sections of later versions are unknown") {
    const ConfigFolder folder;
    const auto section = GENERATE(as<std::string>{}, "[store]\npath = \"x\"\n", "[[sign]]\nrepositories = [\"**\"]\n");
    CAPTURE(section);
    const auto problems = folder.problems(kMinimal + section);
    REQUIRE(problems.size() == 1);
    CHECK_THAT(problems[0], Catch::Matchers::Contains("unknown key"));
}

TEST_CASE("An empty file says what it needs") {
    const ConfigFolder folder;
    CHECK(folder.problems("") == Texts{"1:1: the configuration: server is missing, expected the section [server] with listen or tls_listen",
                                       "1:1: the configuration: upstream is missing, expected at least one [[upstream]]"});
}

TEST_CASE("A section of another type is one problem") {
    const ConfigFolder folder;
    CHECK(folder.problems("server = 5\n" + kUpstream) == Texts{"1:10: server: is a whole number, expected a table"});
    CHECK(folder.problems(kServer + "[upstream]\nregistry = \"a\"\n") ==
          Texts{"3:1: upstream: is a table, expected an array of tables, written [[upstream]]"});
}

TEST_CASE("load_config reads a file, and names it where it cannot") {
    const ConfigFolder folder;
    folder.write("config.toml", kMinimal);
    const auto config = load_config(folder.file());
    REQUIRE(config.has_value());
    CHECK(config->file == folder.file());
    const auto missing = load_config(folder.path() / "none.toml");
    REQUIRE_FALSE(missing.has_value());
    CHECK_THAT(missing.error().at(0).text(), Catch::Matchers::StartsWith((folder.path() / "none.toml").string() + ": "));
    CHECK_FALSE(load_config(folder.path()).has_value());
}

TEST_CASE("Config::problem points at the file") {
    const ConfigFolder folder;
    CHECK(folder.load(kMinimal)->problem({3, 4}, "is wrong").text() == folder.file().string() + ":3:4: is wrong");
}

}  // namespace proxy
