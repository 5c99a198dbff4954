#include "proxy/config_trust.h"

#include "test/support/catch.h"
#include "test/support/source_dir.h"
#include "test/unit/proxy/config_text.h"

namespace proxy {
namespace {

std::string real_root() { return (std::filesystem::path(test::source_dir()) / "test/data/images/trusted_root.json").string(); }

}  // namespace

TEST_CASE("load_trust reads the trusted roots by name") {
    const ConfigFolder folder;
    const auto config = folder.load(kMinimal + "[trust.local]\ntrusted_root = \"" + real_root() + "\"\n");
    REQUIRE(config.has_value());
    const auto store = load_trust(*config);
    REQUIRE(store.has_value());
    CHECK(store->find("local") != nullptr);
    CHECK(store->find("other") == nullptr);
}

TEST_CASE("load_trust reports every root that is none, at the line that names it") {
    const ConfigFolder folder;
    folder.write("a.json", "{");
    folder.write("b.json", "[]");
    const auto config =
        folder.load(kMinimal + "[trust.a]\ntrusted_root = \"a.json\"\n[trust.b]\ntrusted_root = \"b.json\"\n[trust.c]\ntrusted_root = \"" +
                    real_root() + "\"\n");
    REQUIRE(config.has_value());
    const auto store = load_trust(*config);
    REQUIRE_FALSE(store.has_value());
    REQUIRE(store.error().size() == 2);
    CHECK_THAT(
        store.error()[0].text(),
        Catch::Matchers::StartsWith(folder.file().string() + ":9:16: " + (folder.path() / "a.json").string() + ": not a trusted root: "));
    CHECK_THAT(store.error()[1].text(), Catch::Matchers::StartsWith(folder.file().string() + ":11:16: "));
}

TEST_CASE("load_trust reports a file that went away") {
    const ConfigFolder folder;
    folder.write("a.json", "{}");
    const auto config = folder.load(kMinimal + "[trust.a]\ntrusted_root = \"a.json\"\n");
    REQUIRE(config.has_value());
    std::filesystem::remove(folder.path() / "a.json");
    CHECK(load_trust(*config).error().size() == 1);
}

}  // namespace proxy
