#include "cli/config_check.h"

#include <algorithm>

#include "cli/exit_code.h"
#include "test/support/catch.h"
#include "test/unit/cli/printed.h"

namespace {

struct Checked {
    int status = -1;
    Printed printed;
};

Checked check(const ConfigurationFile& file) {
    Checked checked;
    checked.printed = printed_by([&] { checked.status = cli::config_check(file.path()); });
    return checked;
}

std::size_t lines_of(std::string_view text) { return static_cast<std::size_t>(std::ranges::count(text, '\n')); }

}  // namespace

TEST_CASE("a good configuration is summed up on standard output") {
    const ConfigurationFile file(good_configuration());
    const auto checked = check(file);
    CHECK(checked.status == cli::kDone);
    CHECK(checked.printed.errors.empty());
    CHECK(checked.printed.output ==
          "upstream r.example: https://r.example, by default, anonymous\n"
          "grant anonymous: pull on r.example/**\n"
          "policy p: verify 1 of 1 signers, trust t for r.example/acme/*\n"
          "default: deny\n" +
              file.path().string() + ": good\n");
}

TEST_CASE("a problem of the text, and one of a file that it names, are wrong usage and nothing is called good") {
    const auto [good, wrong] = GENERATE(table<std::string, std::string>({
        {"name = \"p\"", "name = 1"},                // of the text
        {"trusted_root.json", "identities.json"},    // of a file: it is there and holds something else
        {"trusted_root.json", "no-such-file.json"},  // of a file: it is not there
    }));
    auto text = good_configuration();
    text.replace(text.find(good), good.size(), wrong);
    const ConfigurationFile file(text);
    const auto checked = check(file);
    CAPTURE(checked.printed.errors);
    CHECK(checked.status == cli::kWrongUsage);
    CHECK(checked.printed.output.empty());
    CHECK(checked.printed.errors.starts_with(file.path().string() + ":"));
    CHECK(checked.printed.errors.ends_with("countersign: the configuration does not load: 1 problem\n"));
    CHECK(lines_of(checked.printed.errors) == 2);
}

TEST_CASE("checking leaves no decision log behind") {
    const ConfigurationFile file(good_configuration("[log]\ndecisions = \"decisions.jsonl\"\n"));
    CHECK(check(file).status == cli::kDone);
    CHECK_FALSE(std::filesystem::exists(file.folder() / "decisions.jsonl"));
}

TEST_CASE("who has no grant is told, and audit mode is named") {
    auto text = good_configuration();
    const auto grant = text.find("[[clients.grant]]");
    text.erase(grant, text.find("[trust.t]") - grant);
    text.insert(text.find("trust = [\"t\"]"), "mode = \"audit\"\n");
    const auto checked = check(ConfigurationFile(text));
    CHECK(checked.status == cli::kDone);
    CHECK(checked.printed.output.find("no grant: nothing is permitted to anybody\n") != std::string::npos);
    CHECK(checked.printed.output.find(", audit only for r.example/acme/*\n") != std::string::npos);
}
