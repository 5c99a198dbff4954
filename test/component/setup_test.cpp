#include "proxy/setup.h"

#include <filesystem>
#include <fstream>

#include "test/support/catch.h"
#include "test/support/vector_registry.h"

namespace {

// A configuration with one of each file; `wrong` is put in place of one good line.
std::string configuration(std::string_view good, std::string_view wrong) {
    std::string text =
        "[server]\nlisten = [\"127.0.0.1:0\"]\n[[upstream]]\nregistry = \"r.example\"\nurl = \"https://r.example\"\ndefault = true\n"
        "auth = \"anonymous\"\nblobs = \"open\"\n[clients]\nauth = [\"none\"]\n[trust.t]\ntrusted_root = \"" +
        test::images_folder() +
        "/trusted_root.json\"\n[[policy]]\nname = \"p\"\nrepositories = [\"**\"]\ntrust = [\"t\"]\n"
        "  [[policy.signer]]\n  name = \"s\"\n  issuer = \"https://i.example\"\n  subject = \"a@i.example\"\n";
    if (!good.empty()) text.replace(text.find(good), good.size(), wrong);
    return text;
}

proxy::Problems problems_of(const std::string& text) {
    auto config = proxy::parse_config(text, "/gate.toml");
    if (!config) return config.error();
    const auto sink = proxy::LineSink::standard_error();
    auto app = proxy::App::create(*std::move(config), proxy::AppSinks{sink, sink}, base::system_now);
    return app ? proxy::Problems() : app.error();
}

}  // namespace

TEST_CASE("a good configuration becomes a gate, and files that cannot be used are problems that point at their line") {
    CHECK(problems_of(configuration("", "")).empty());
    const auto junk = std::filesystem::temp_directory_path() / "countersign-setup-test.pem";
    std::ofstream(junk) << "no certificate";
    const auto quoted = "\"" + junk.string() + "\"";
    const auto ca = problems_of(configuration("blobs = \"open\"\n", "blobs = \"open\"\nca = " + quoted + "\n"));
    REQUIRE(ca.size() == 1);
    CHECK(ca.front().text().starts_with("/gate.toml:9:"));
    const auto root = problems_of(configuration("\"" + test::images_folder() + "/trusted_root.json\"", quoted));
    REQUIRE(root.size() == 1);
    CHECK(root.front().text().starts_with("/gate.toml:12:"));
    std::filesystem::remove(junk);
}
