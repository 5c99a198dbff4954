#include "proxy/config_files.h"

#include "test/support/catch.h"
#include "test/unit/proxy/config_text.h"

using namespace proxy;

namespace {

const std::string kNames = kServer +
                           "tls_listen = [\"127.0.0.1:0\"]\ntls = { certificate = \"/x/tls.crt\", key = \"/x/tls.key\" }\n"
                           "[[upstream]]\nregistry = \"a.example\"\nurl = \"https://a.example\"\nblobs = \"open\"\nprefix = \"a\"\n"
                           "auth = { username = \"gate\", password_file = \"/x/password\" }\nca = \"/x/ca.pem\"\n"
                           "[[upstream]]\nregistry = \"b.example\"\nurl = \"https://b.example\"\nblobs = \"open\"\nprefix = \"b\"\n"
                           "auth = { docker_config = \"/x/docker.json\" }\n[trust.t]\ntrusted_root = \"/x/root.json\"\n";

}  // namespace

TEST_CASE("a configuration looks at every file through the files that it is given, and at no other") {
    std::vector<std::string> checked;
    std::vector<std::string> read;
    ConfigFiles files;
    files.check = [&](const std::filesystem::path& path) {
        checked.push_back(path.string());
        return base::Result<void>();
    };
    files.read = [&](const std::filesystem::path& path, std::size_t) -> base::Result<base::Bytes> {
        read.push_back(path.string());
        return base::to_bytes(path == "/x/password" ? "secret" : R"({"auths":{"b.example":{"auth":"dTpw"}}})");
    };
    const auto config = parse_config(kNames, "/x/config.toml", files);
    REQUIRE(config.has_value());
    CHECK(checked == std::vector<std::string>{"/x/tls.crt", "/x/tls.key", "/x/ca.pem", "/x/root.json"});
    CHECK(read == std::vector<std::string>{"/x/password", "/x/docker.json"});
    CHECK(config->upstreams.at(0).account->password.reveal() == "secret");
    CHECK(config->upstreams.at(1).account->username == "u");
}

TEST_CASE("the files of the disk are the ones that a configuration is given otherwise") {
    const ConfigFolder folder;
    folder.write("there", "content");
    CHECK(files_of_disk().check(folder.path() / "there").has_value());
    CHECK_FALSE(files_of_disk().check(folder.path() / "gone").has_value());
    CHECK(files_of_disk().read(folder.path() / "there", 7).value() == base::to_bytes("content"));
    CHECK(files_of_disk().read(folder.path() / "there", 6).error().code() == base::ErrorCode::too_large);
    const auto problems = folder.problems(kNames);
    CHECK(problems.size() == 6);
}
