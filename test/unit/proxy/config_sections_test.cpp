#include "proxy/config_sections.h"

#include "test/support/catch.h"
#include "test/unit/proxy/config_text.h"

namespace proxy {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

TEST_CASE("[server] is read whole") {
    const ConfigFolder folder;
    folder.write("tls.crt", "x");
    folder.write("tls.key", "x");
    const auto config = folder.load(
        "[server]\nlisten = [\"127.0.0.1:5000\", \"[::1]:5000\"]\ntls_listen = [\"0.0.0.0:5443\"]\n"
        "tls = { certificate = \"tls.crt\", key = \"tls.key\" }\npublic_url = \"https://gate.example\"\n"
        "hosts = [\"Gate.example\", \"127.0.0.1:5000\"]\nthreads = 3\ndrain = \"5s\"\n" +
        kUpstream);
    REQUIRE(config.has_value());
    CHECK(config->server.listen == Texts{"127.0.0.1:5000", "[::1]:5000"});
    CHECK(config->server.tls_listen == Texts{"0.0.0.0:5443"});
    CHECK(config->server.tls->certificate.path == folder.path() / "tls.crt");
    CHECK(config->server.tls->key.path == folder.path() / "tls.key");
    CHECK(config->server.tls->key.where.line == 4);
    CHECK(config->server.public_url->url() == "https://gate.example");
    CHECK(config->server.hosts == Texts{"gate.example", "127.0.0.1:5000"});
    CHECK(config->server.threads == 3);
    CHECK(config->server.drain == 5s);
}

TEST_CASE("[cache] and tag_ttl are read, and have defaults") {
    const ConfigFolder folder;
    const auto config =
        folder.load("[cache]\nmemory = \"64MiB\"\nevidence_ttl = \"1h\"\nnegative_ttl = \"0s\"\n" + kMinimal + "tag_ttl = \"5s\"\n");
    REQUIRE(config.has_value());
    CHECK(config->cache.memory == 64 * 1024 * 1024);
    CHECK(config->cache.evidence_ttl == 1h);
    CHECK(config->cache.negative_ttl == 0s);
    CHECK(config->upstreams.front().tag_ttl == 5s);
    const auto plain = folder.load(kMinimal);
    REQUIRE(plain.has_value());
    CHECK(plain->cache.memory == 256 * 1024 * 1024);
    CHECK(plain->cache.evidence_ttl == 24h);
    CHECK(plain->cache.negative_ttl == 30s);
    CHECK(plain->upstreams.front().tag_ttl == 0s);
}

TEST_CASE("[server], [admin] and [log] have defaults") {
    const ConfigFolder folder;
    const auto config = folder.load(kMinimal);
    REQUIRE(config.has_value());
    CHECK_FALSE(config->server.tls);
    CHECK_FALSE(config->server.public_url);
    CHECK(config->server.hosts.empty());
    CHECK(config->server.threads == 0);
    CHECK(config->server.drain == 20s);
    CHECK_FALSE(config->admin.listen);
    CHECK(config->log.level == LogLevel::info);
    CHECK(config->log.format == LogFormat::json);
    CHECK_FALSE(config->log.decisions);
    CHECK(config->clients.grants.empty());
}

TEST_CASE("[server] refuses what cannot serve") {
    const ConfigFolder folder;
    folder.write("pem", "x");
    const auto [name, section, problem] = GENERATE(table<std::string, std::string, std::string>({
        {"no listener", "[server]\n", "1:1: [server]: no listener, expected listen or tls_listen"},
        {"empty list", "[server]\nlisten = []\n", "2:10: listen: is empty, expected at least one string"},
        {"a name to listen on", "[server]\nlisten = [\"localhost:1\"]\n",
         "2:11: listen: not an address to listen on: \"localhost:1\", expected an address"},
        {"tls_listen without tls", "[server]\ntls_listen = [\"127.0.0.1:1\"]\n", "2:14: tls_listen: needs a certificate, expected tls ="},
        {"tls without tls_listen", "[server]\nlisten = [\"127.0.0.1:1\"]\ntls = { certificate = \"pem\", key = \"pem\" }\n",
         "3:7: tls: is used by no listener, expected tls_listen"},
        {"tls without a key", "[server]\ntls_listen = [\"127.0.0.1:1\"]\ntls = { certificate = \"pem\" }\n",
         "3:7: [server] tls: key is missing, expected the path of a PEM file"},
        {"client certificates, which come later",
         "[server]\ntls_listen = [\"127.0.0.1:1\"]\ntls = { certificate = \"pem\", key = \"pem\", client_ca = \"pem\" "
         "}\n",
         "3:43: [server] tls: unknown key \"client_ca\", expected one of: certificate, key"},
        {"one address twice",
         "[server]\nlisten = [\"127.0.0.1:1\"]\ntls_listen = [\"127.0.0.1:1\"]\ntls = { certificate = \"pem\", key = "
         "\"pem\" }\n",
         "1:1: [server]: listens on 127.0.0.1:1 twice, expected each address once"},
        {"a host with a path", kServer + "hosts = [\"gate.example/x\"]\n",
         "3:10: hosts: not a host: \"gate.example/x\", expected host or host:port"},
        {"a public URL with a path", kServer + "public_url = \"https://gate.example/x\"\n", "3:14: public_url: "},
        {"a public URL of another scheme", kServer + "public_url = \"ftp://gate.example\"\n", "3:14: public_url: "},
        {"too many threads", kServer + "threads = 257\n", "3:11: threads: is 257, expected a whole number from 0 to 256"},
        {"negative threads", kServer + "threads = -1\n", "3:11: threads: is -1, expected"},
        {"drain without a unit", kServer + "drain = \"20\"\n", "3:9: drain: not a duration: \"20\", expected a whole number with its unit"},
        {"drain as a number", kServer + "drain = 20\n", "3:9: drain: is a whole number, expected a string"},
        {"drain over an hour", kServer + "drain = \"61m\"\n", "3:9: drain: is longer than an hour"},
        {"a setting of later", kServer + "insecure_credentials = true\n",
         "3:1: [server]: unknown key \"insecure_credentials\", expected one of: drain"},
    }));
    CAPTURE(name);
    const auto problems = folder.problems(section + kUpstream);
    REQUIRE(problems.size() == 1);
    CHECK_THAT(problems[0], Catch::Matchers::StartsWith(problem));
}

TEST_CASE("Two ports that the system may choose are two listeners") {
    const ConfigFolder folder;
    CHECK(
        folder.problems("[server]\nlisten = [\"127.0.0.1:0\", \"127.0.0.1:0\"]\n[admin]\nlisten = \"127.0.0.1:0\"\n" + kUpstream).empty());
}

TEST_CASE("[admin] has an address of its own") {
    const ConfigFolder folder;
    CHECK(folder.load(kMinimal + "[admin]\nlisten = \"127.0.0.1:9090\"\n")->admin.listen == "127.0.0.1:9090");
    CHECK(folder.problems(kMinimal + "[admin]\n") ==
          Texts{"8:1: [admin]: listen is missing, expected an address such as \"127.0.0.1:9090\""});
    CHECK(folder.problems("[server]\nlisten = [\"127.0.0.1:7\"]\n" + kUpstream + "[admin]\nlisten = \"127.0.0.1:7\"\n") ==
          Texts{"9:10: listen: is an address of [server] as well, expected one of its own"});
}

TEST_CASE("[log] is read whole") {
    const ConfigFolder folder;
    const auto config = folder.load(kMinimal + "[log]\nlevel = \"warn\"\nformat = \"text\"\ndecisions = \"decisions.jsonl\"\n");
    REQUIRE(config.has_value());
    CHECK(config->log.level == LogLevel::warn);
    CHECK(config->log.format == LogFormat::text);
    CHECK(config->log.decisions->path == folder.path() / "decisions.jsonl");
}

TEST_CASE("[log] refuses unknown words and places that are not there") {
    const ConfigFolder folder;
    CHECK(folder.problems(kMinimal + "[log]\nlevel = \"verbose\"\nformat = \"xml\"\ndecisions = \"none/decisions.jsonl\"\n") ==
          Texts{"9:9: level: is \"verbose\", expected \"debug\" or \"info\" or \"warn\" or \"error\"",
                "10:10: format: is \"xml\", expected \"json\" or \"text\"",
                "11:13: decisions: \"none/decisions.jsonl\" has no existing folder, expected the path of a file to "
                "append to"});
}

TEST_CASE("[clients] grants are read whole") {
    const ConfigFolder folder;
    const auto config =
        folder.load(kMinimal +
                    "[clients]\nauth = [\"none\"]\n[[clients.grant]]\nwho = \"anonymous\"\nrepositories = [\"ghcr.io/acme/**\"]\n"
                    "actions = [\"pull\", \"push\", \"delete\", \"read-unverified\"]\n");
    REQUIRE(config.has_value());
    REQUIRE(config->clients.grants.size() == 1);
    CHECK(config->clients.grants[0].repositories[0].text() == "ghcr.io/acme/**");
    CHECK(config->clients.grants[0].actions ==
          std::vector{ClientAction::pull, ClientAction::push, ClientAction::remove, ClientAction::read_unverified});
}

TEST_CASE("[clients] refuses incomplete grants and what comes later") {
    const ConfigFolder folder;
    const auto [name, section, problem] = GENERATE(table<std::string, std::string, std::string>({
        {"basic authentication", "[clients]\nauth = [\"basic\"]\n",
         "9:9: auth: \"basic\" is not available in this version, expected \"none\""},
        {"no method", "[clients]\nauth = []\n", "9:8: auth: is empty"},
        {"htpasswd", "[clients]\nhtpasswd = \"x\"\n", "9:1: [clients]: unknown key \"htpasswd\", expected one of: auth, grant"},
        {"no who", "[[clients.grant]]\nrepositories = [\"**\"]\nactions = [\"pull\"]\n",
         "8:1: [[clients.grant]]: who is missing, expected \"anonymous\""},
        {"another who", "[[clients.grant]]\nwho = \"all\"\nrepositories = [\"**\"]\nactions = [\"pull\"]\n",
         "9:7: who: is \"all\", expected \"anonymous\""},
        {"a user", "[[clients.grant]]\nwho = { user = \"ci\" }\nrepositories = [\"**\"]\nactions = [\"pull\"]\n",
         "9:7: who: is a table, expected a string"},
        {"no repositories", "[[clients.grant]]\nwho = \"anonymous\"\nactions = [\"pull\"]\n",
         "8:1: [[clients.grant]]: repositories is missing"},
        {"no actions", "[[clients.grant]]\nwho = \"anonymous\"\nrepositories = [\"**\"]\n", "8:1: [[clients.grant]]: actions is missing"},
        {"an empty list of actions", "[[clients.grant]]\nwho = \"anonymous\"\nrepositories = [\"**\"]\nactions = []\n",
         "11:11: actions: is empty"},
        {"another action", "[[clients.grant]]\nwho = \"anonymous\"\nrepositories = [\"**\"]\nactions = [\"write\"]\n",
         "11:12: actions: is \"write\", expected \"pull\""},
        {"a glob that fits nothing", "[[clients.grant]]\nwho = \"anonymous\"\nrepositories = [\"GHCR.io/x\"]\nactions = [\"pull\"]\n",
         "10:17: repositories: \"GHCR.io/x\" has a character that no image name has"},
    }));
    CAPTURE(name);
    const auto problems = folder.problems(kMinimal + section);
    REQUIRE(problems.size() == 1);
    CHECK_THAT(problems[0], Catch::Matchers::StartsWith(problem));
}

TEST_CASE("[trust.NAME] gives the path and where it stands") {
    const ConfigFolder folder;
    folder.write("root.json", "{}");
    const auto config = folder.load(kMinimal + "[trust.local]\ntrusted_root = \"root.json\"\n");
    REQUIRE(config.has_value());
    REQUIRE(config->trusts.size() == 1);
    CHECK(config->trusts[0].name == "local");
    CHECK(config->trusts[0].trusted_root.path == folder.path() / "root.json");
    CHECK(config->trusts[0].trusted_root.where.line == 9);
}

TEST_CASE("[trust.NAME] refuses what it cannot use") {
    const ConfigFolder folder;
    folder.write("root.json", "{}");
    CHECK(folder.problems(kMinimal + "[trust.local]\n") ==
          Texts{"8:1: [trust.local]: trusted_root is missing, expected the path of a trusted_root.json"});
    CHECK(folder.problems(kMinimal + "[trust.public]\nsigstore = \"public-good\"\ntrusted_root = \"root.json\"\n") ==
          Texts{"9:1: [trust.public]: unknown key \"sigstore\", expected one of: trusted_root"});
    CHECK(folder.problems(kMinimal + "[trust.\"a b\"]\ntrusted_root = \"root.json\"\n").size() == 1);
    const auto missing = folder.problems(kMinimal + "[trust.local]\ntrusted_root = \"none.json\"\n");
    REQUIRE(missing.size() == 1);
    CHECK_THAT(missing[0], Catch::Matchers::StartsWith("9:16: trusted_root: ") &&
                               Catch::Matchers::EndsWith("cannot be read (No such file or directory)"));
}

}  // namespace proxy
