#include "proxy/config_upstreams.h"

#include "test/support/catch.h"
#include "test/unit/proxy/config_text.h"

namespace proxy {
namespace {

using Texts = std::vector<std::string>;

// One upstream of its own registry and url, with more lines.
std::string upstream(const std::string& host, const std::string& lines) {
    return "[[upstream]]\nregistry = \"" + host + "\"\nurl = \"https://" + host + "\"\nblobs = \"open\"\n" + lines;
}

}  // namespace

TEST_CASE("[[upstream]] is read whole") {
    const ConfigFolder folder;
    folder.write("ca.pem", "x");
    const auto config = folder.load(kServer +
                                    "[[upstream]]\nregistry = \"GHCR.io\"\nurl = \"http://127.0.0.1:5001\"\nprefix = "
                                    "\"mirrors/ghcr\"\nhost = \"ghcr.Gate.example\"\n"
                                    "ns = [\"ghcr.io\"]\ndefault = true\nauth = \"anonymous\"\nca = \"ca.pem\"\nblobs "
                                    "= \"open\"\nblobs_redirect = \"follow\"\n");
    REQUIRE(config.has_value());
    REQUIRE(config->upstreams.size() == 1);
    const auto& upstream = config->upstreams[0];
    CHECK(upstream.registry == "ghcr.io");
    CHECK(upstream.url.url() == "http://127.0.0.1:5001");
    CHECK(upstream.prefix == "mirrors/ghcr");
    CHECK(upstream.host == "ghcr.gate.example");
    CHECK(upstream.ns == Texts{"ghcr.io"});
    CHECK(upstream.is_default);
    CHECK_FALSE(upstream.account);
    CHECK(upstream.ca->path == folder.path() / "ca.pem");
}

TEST_CASE("[[upstream]] may have a proxy of its own, or none, and hosts inside") {
    const ConfigFolder folder;
    const auto proxy_of = [&](const std::string& lines) {
        const auto config = folder.load(kMinimal + lines);
        REQUIRE(config.has_value());
        const auto& routes = config->upstreams[0].proxies;
        if (!routes) return std::string("as the environment says");
        const auto proxy = routes->find(http::Origin::parse("https://127.0.0.1:5001").value());
        return proxy ? proxy->url() : std::string("none");
    };
    CHECK(proxy_of("") == "as the environment says");
    CHECK(proxy_of("proxy = \"\"\n") == "none");
    CHECK(proxy_of("proxy = \"http://ci:secret@proxy.example:3128\"\n") == "http://proxy.example:3128");
    const auto config = folder.load(kMinimal + "internal_hosts = [\"Auth.corp.example\", \"10.0.0.5\", \"[fd00::1]\"]\n");
    REQUIRE(config.has_value());
    CHECK(config->upstreams[0].internal_hosts == Texts{"auth.corp.example", "10.0.0.5", "fd00::1"});
}

TEST_CASE("[[upstream]] never repeats the proxy that it refuses") {
    const ConfigFolder folder;
    const auto config = folder.load(kMinimal + "proxy = \"socks5://ci:s3cret@proxy.example\"\n");
    REQUIRE_FALSE(config.has_value());
    REQUIRE(config.error().size() == 1);
    const auto text = config.error()[0].text();
    CHECK(text.find("proxy: is not an HTTP proxy, expected http://[user:password@]host[:port]") != std::string::npos);
    CHECK(text.find("s3cret") == std::string::npos);
}

TEST_CASE("[[upstream]] logs in with a password file or a docker configuration") {
    const ConfigFolder folder;
    folder.write("password", "secret\n");
    folder.write("docker.json", R"({"auths": {"ghcr.io": {"auth": "Y2k6aHVudGVyMg=="}}})");
    const auto by_file = folder.load(kMinimal + "auth = { username = \"ci\", password_file = \"password\" }\n");
    REQUIRE(by_file.has_value());
    CHECK(by_file->upstreams[0].account->username == "ci");
    CHECK(by_file->upstreams[0].account->password.reveal() == "secret");
    const auto by_docker = folder.load(kMinimal + "auth = { docker_config = \"docker.json\" }\n");
    REQUIRE(by_docker.has_value());
    CHECK(by_docker->upstreams[0].account->username == "ci");
    CHECK(by_docker->upstreams[0].account->password.reveal() == "hunter2");
}

TEST_CASE("[[upstream]] refuses what it cannot use") {
    const ConfigFolder folder;
    folder.write("empty", "");
    folder.write("docker.json", R"({"auths": {"quay.io": {"auth": "Y2k6aHVudGVyMg=="}}})");
    const auto [name, lines, problem] = GENERATE(table<std::string, std::string, std::string>({
        {"no registry", "[[upstream]]\nurl = \"https://a\"\nblobs = \"open\"\ndefault = true\n", "3:1: [[upstream]]: registry is missing"},
        {"no url", "[[upstream]]\nregistry = \"a\"\nblobs = \"open\"\ndefault = true\n", "3:1: [[upstream]]: url is missing"},
        {"a registry with a path", "[[upstream]]\nregistry = \"a/b\"\nurl = \"https://a\"\nblobs = \"open\"\ndefault = true\n",
         "4:12: registry: not a host"},
        {"a url without a scheme", "[[upstream]]\nregistry = \"a\"\nurl = \"a\"\nblobs = \"open\"\ndefault = true\n", "5:7: url: "},
        {"a url with a path", "[[upstream]]\nregistry = \"a\"\nurl = \"https://a/v2\"\nblobs = \"open\"\ndefault = true\n", "5:7: url: "},
        {"a url with a password", "[[upstream]]\nregistry = \"a\"\nurl = \"https://u:p@a\"\nblobs = \"open\"\ndefault = true\n",
         "5:7: url: "},
        {"nothing leads to it", upstream("a", ""),
         "3:1: [[upstream]]: no request can mean it, expected prefix, host, ns or default = true"},
        {"not the default, and nothing else", upstream("a", "default = false\n"), "3:1: [[upstream]]: no request can mean it"},
        {"blobs unsaid", "[[upstream]]\nregistry = \"a\"\nurl = \"https://a\"\ndefault = true\n",
         "3:1: [[upstream]]: blobs is missing, expected blobs = \"open\""},
        {"blobs of later", "[[upstream]]\nregistry = \"a\"\nurl = \"https://a\"\ndefault = true\nblobs = \"admitted\"\n",
         "7:9: blobs: \"admitted\" is not available in this version, expected \"open\""},
        {"redirects passed on", upstream("a", "default = true\nblobs_redirect = \"pass\"\n"),
         "8:18: blobs_redirect: \"pass\" is not available"},
        {"callers' credentials", upstream("a", "default = true\nauth = \"caller\"\n"),
         "8:8: auth: \"caller\" is not available in this version, expected \"anonymous\","},
        {"a prefix with slashes around", upstream("a", "prefix = \"/a/\"\n"), "7:10: prefix: is \"/a/\", expected path segments"},
        {"an upper-case prefix", upstream("a", "prefix = \"A\"\n"), "7:10: prefix: is \"A\", expected path segments"},
        {"an empty ns list", upstream("a", "ns = []\n"), "7:6: ns: is empty"},
        {"a missing CA", upstream("a", "default = true\nca = \"none.pem\"\n"), "8:6: ca: "},
        {"half an account", upstream("a", "default = true\nauth = { username = \"ci\" }\n"),
         "8:8: auth: expected \"anonymous\", { docker_config = FILE } or"},
        {"two accounts",
         upstream("a",
                  "default = true\nauth = { username = \"ci\", password_file = \"empty\", docker_config = "
                  "\"docker.json\" }\n"),
         "8:8: auth: expected"},
        {"an empty password", upstream("a", "default = true\nauth = { username = \"ci\", password_file = \"empty\" }\n"),
         "8:43: password_file: "},
        {"no entry for this registry", upstream("a", "default = true\nauth = { docker_config = \"docker.json\" }\n"),
         "8:26: docker_config: "},
        {"a password in the file",
         upstream("a", "default = true\nauth = { username = \"ci\", password = \"x\", password_file = \"pw\" }\n"),
         "8:27: [[upstream]] auth: unknown key"},
        {"a setting of later", upstream("a", "default = true\nsignatures = \"x\"\n"), "8:1: [[upstream]]: unknown key \"signatures\""},
        {"no upstream", "", "1:1: the configuration: upstream is missing, expected at least one [[upstream]]"},
    }));
    CAPTURE(name);
    folder.write("pw", "x");
    const auto problems = folder.problems(kServer + lines);
    REQUIRE(problems.size() == 1);
    CHECK_THAT(problems[0], Catch::Matchers::StartsWith(problem));
}

TEST_CASE("A request means one upstream only") {
    const ConfigFolder folder;
    const std::string first = upstream("a", "prefix = \"x/y\"\nhost = \"a.gate\"\nns = [\"a\", \"b\"]\ndefault = true\n");
    const auto [name, second, problem] = GENERATE(table<std::string, std::string, std::string>({
        {"one registry", "[[upstream]]\nregistry = \"a\"\nurl = \"https://b\"\nblobs = \"open\"\nprefix = \"b\"\n",
         "12:12: registry: is that of another upstream too"},
        {"one url", "[[upstream]]\nregistry = \"b\"\nurl = \"https://A:443\"\nblobs = \"open\"\nprefix = \"b\"\n",
         "13:7: url: is that of another upstream too"},
        {"one prefix", upstream("b", "prefix = \"x/y\"\n"), "15:10: prefix: \"x/y\" and \"x/y\" lie inside one another"},
        {"a prefix inside", upstream("b", "prefix = \"x/y/z\"\n"), "15:10: prefix: \"x/y/z\" and \"x/y\" lie inside one another"},
        {"a prefix around", upstream("b", "prefix = \"x\"\n"), "15:10: prefix: \"x\" and \"x/y\" lie inside one another"},
        {"one virtual host", upstream("b", "host = \"A.gate\"\n"), "15:8: host: is that of another upstream too"},
        {"one ns", upstream("b", "ns = [\"c\", \"b\"]\n"), "15:6: ns: names what another upstream names too"},
        {"two defaults", upstream("b", "default = true\n"), "15:11: default: there is another default, expected at most one"},
    }));
    CAPTURE(name);
    const auto problems = folder.problems(kServer + first + second);
    REQUIRE(problems.size() == 1);
    CHECK_THAT(problems[0], Catch::Matchers::StartsWith(problem) && Catch::Matchers::EndsWith("the [[upstream]] of line 3"));
}

TEST_CASE("Upstreams that differ in everything stand beside each other") {
    const ConfigFolder folder;
    const std::string first = upstream("a", "prefix = \"x/y\"\nhost = \"a.gate\"\nns = [\"a\"]\ndefault = true\n");
    CHECK(folder.problems(kServer + first + upstream("b", "prefix = \"x/yy\"\nhost = \"b.gate\"\nns = [\"b\"]\n")).empty());
    CHECK(folder.problems(kServer + first + "[[upstream]]\nregistry = \"b\"\nurl = \"http://a\"\nblobs = \"open\"\nprefix = \"b\"\n")
              .empty());
}

}  // namespace proxy
