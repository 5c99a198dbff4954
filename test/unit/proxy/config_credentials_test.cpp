#include "proxy/config_credentials.h"

#include "test/support/catch.h"
#include "test/unit/proxy/config_text.h"

namespace proxy {
namespace {

const std::vector<std::string> kHosts = {"ghcr.io", "127.0.0.1:5001"};

base::Result<ServiceAccount> from_docker(std::string_view json, const std::vector<std::string>& hosts = kHosts) {
    const ConfigFolder folder;
    folder.write("config.json", json);
    return read_docker_config(folder.path() / "config.json", hosts);
}

base::Result<ServiceAccount> from_password(std::string_view content, std::string_view username = "ci") {
    const ConfigFolder folder;
    folder.write("password", content);
    return read_password_file(folder.path() / "password", username);
}

}  // namespace

TEST_CASE("read_docker_config finds the account under every name of the registry") {
    const auto [name, json] = GENERATE(table<std::string, std::string>({
        {"host", R"({"auths": {"quay.io": {"auth": "eDp5"}, "ghcr.io": {"auth": "Y2k6aHVudGVyMg=="}}})"},
        {"url", R"({"auths": {"https://ghcr.io/v2/": {"auth": "Y2k6aHVudGVyMg=="}}})"},
        {"address of the upstream", R"({"auths": {"127.0.0.1:5001": {"auth": "Y2k6aHVudGVyMg=="}}})"},
        {"two fields", R"({"auths": {"ghcr.io": {"username": "ci", "password": "hunter2"}}})"},
        {"beside what we do not read",
         R"({"auths": {"ghcr.io": {"auth": "Y2k6aHVudGVyMg==", "email": "x"}}, "credsStore": "desktop", "HttpHeaders": {}})"},
        {"a helper for another registry", R"({"auths": {"ghcr.io": {"auth": "Y2k6aHVudGVyMg=="}}, "credHelpers": {"gcr.io": "gcloud"}})"},
    }));
    CAPTURE(name);
    const auto account = from_docker(json);
    REQUIRE(account.has_value());
    CHECK(account->username == "ci");
    CHECK(account->password.reveal() == "hunter2");
}

TEST_CASE("read_docker_config knows Docker Hub's names") {
    const auto key = GENERATE(as<std::string>{}, "https://index.docker.io/v1/", "docker.io", "registry-1.docker.io");
    const auto host = GENERATE(as<std::string>{}, "docker.io", "registry-1.docker.io");
    CHECK(from_docker("{\"auths\": {\"" + key + "\": {\"auth\": \"Y2k6aHVudGVyMg==\"}}}", {host}).has_value());
}

TEST_CASE("read_docker_config keeps colons in the password") {
    CHECK(from_docker(R"({"auths": {"ghcr.io": {"auth": "Y2k6YTpi"}}})")->password.reveal() == "a:b");
}

TEST_CASE("read_docker_config refuses rather than go on anonymously") {
    const auto [name, json, message] = GENERATE(table<std::string, std::string, std::string>({
        {"not JSON", "{", "config.json"},
        {"no auths", "{}", "no entry in \"auths\" for ghcr.io"},
        {"another registry", R"({"auths": {"quay.io": {"auth": "eDp5"}}})", "no entry in \"auths\" for ghcr.io"},
        {"one organisation only", R"({"auths": {"ghcr.io/acme": {"auth": "eDp5"}}})", "no entry in \"auths\" for ghcr.io"},
        {"an entry that a helper fills", R"({"auths": {"ghcr.io": {}}})", "username"},
        {"a helper", R"({"auths": {}, "credHelpers": {"ghcr.io": "x"}})", "a credential helper stands there"},
        {"an identity token", R"({"auths": {"ghcr.io": {"auth": "eDp5", "identitytoken": "x"}}})", "identity token"},
        {"no base64", R"({"auths": {"ghcr.io": {"auth": "***"}}})", "auth"},
        {"no colon", R"({"auths": {"ghcr.io": {"auth": "eHg="}}})", "expected base64 of user:password"},
        {"no user", R"({"auths": {"ghcr.io": {"auth": "Onk="}}})", "the user name is empty"},
        {"no password", R"({"auths": {"ghcr.io": {"auth": "eDo="}}})", "the password is empty"},
        {"a user with a colon", R"({"auths": {"ghcr.io": {"username": "a:b", "password": "x"}}})", "colon"},
        {"a password with a line end", R"({"auths": {"ghcr.io": {"username": "a", "password": "x\ny"}}})", "control character"},
    }));
    CAPTURE(name);
    const auto account = from_docker(json);
    REQUIRE_FALSE(account.has_value());
    CHECK_THAT(account.error().message(), Catch::Matchers::Contains(message));
}

TEST_CASE("A credential's value stands in no message") {
    const auto account = from_docker(R"({"auths": {"ghcr.io": {"auth": "c2VjcmV0dmFsdWU="}}})");
    REQUIRE_FALSE(account.has_value());
    CHECK_THAT(account.error().message(), !Catch::Matchers::Contains("secretvalue") && !Catch::Matchers::Contains("c2VjcmV0"));
}

TEST_CASE("read_password_file takes the content without one line end") {
    const auto [content, password] = GENERATE(table<std::string, std::string>({
        {"hunter2", "hunter2"},
        {"hunter2\n", "hunter2"},
        {"hunter2\r\n", "hunter2"},
        {" two words ", " two words "},
    }));
    CAPTURE(content);
    CHECK(from_password(content)->password.reveal() == password);
}

TEST_CASE("read_password_file refuses what is no password") {
    const auto content = GENERATE(as<std::string>{}, "", "\n", "a\nb\n", "a\n\n", std::string(64 * 1024 + 1, 'x'));
    CHECK_FALSE(from_password(content).has_value());
    CHECK_FALSE(from_password("x", "").has_value());
    CHECK_FALSE(from_password("x", "a:b").has_value());
    CHECK_FALSE(read_password_file("/nonexistent/password", "ci").has_value());
}

}  // namespace proxy
