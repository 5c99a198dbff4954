#include "proxy/config_policies.h"

#include "test/support/catch.h"
#include "test/unit/proxy/config_text.h"

namespace proxy {
namespace {

using Texts = std::vector<std::string>;

const std::string kTrust = "[trust.local]\ntrusted_root = \"root.json\"\n";               // lines 8 and 9
const std::string kHead = "[[policy]]\nname = \"p\"\nrepositories = [\"ghcr.io/**\"]\n";  // lines 10 to 12
const std::string kSigner = "[[policy.signer]]\nname = \"s\"\nissuer = \"https://i\"\nsubject = \"a@b\"\n";
const std::string kOther = "[[policy.signer]]\nname = \"t\"\nissuer = \"https://i\"\nsubject = \"c@d\"\n";

class Policies {
public:
    Policies() { folder_.write("root.json", "{}"); }
    [[nodiscard]] Texts problems(const std::string& text) const { return folder_.problems(kMinimal + kTrust + text); }
    [[nodiscard]] std::expected<Config, Problems> load(const std::string& text) const { return folder_.load(kMinimal + kTrust + text); }

private:
    ConfigFolder folder_;
};

}  // namespace

TEST_CASE("[[policy]] is read whole") {
    const Policies policies;
    const auto config = policies.load(
        "[[policy]]\nname = \"acme\"\nrepositories = [\"ghcr.io/acme/**\", \"ghcr.io/tools/*\"]\nmode = "
        "\"audit\"\ntrust = [\"local\"]\n"
        "require = { at_least = 2 }\naction = \"verify\"\nreason = \"two people\"\nexpires = 2027-03-31\non_undecided "
        "= \"deny\"\n" +
        kSigner + kOther + "[default]\naction = \"allow\"\n");
    REQUIRE(config.has_value());
    REQUIRE(config->policies.size() == 1);
    const auto& rule = config->policies[0];
    CHECK(rule.name == "acme");
    CHECK(rule.repositories.at(1).text() == "ghcr.io/tools/*");
    CHECK(rule.mode == PolicyMode::audit);
    CHECK(rule.action == PolicyAction::verify);
    CHECK(rule.trust == Texts{"local"});
    CHECK(rule.required_signers == 2);
    CHECK(rule.signers.at(1).name == "t");
    CHECK(rule.reason == "two people");
    CHECK(rule.expires == std::chrono::year{2027} / 3 / 31);
    CHECK(config->default_action == PolicyAction::allow);
}

TEST_CASE(
    "[[policy]] verifies, enforces and wants one signer unless it says otherwise; without [default] the rest is "
    "denied") {
    const Policies policies;
    const auto config = policies.load(kHead + "trust = [\"local\"]\n" + kSigner + kOther);
    REQUIRE(config.has_value());
    const auto& rule = config->policies[0];
    CHECK(rule.mode == PolicyMode::enforce);
    CHECK(rule.action == PolicyAction::verify);
    CHECK(rule.required_signers == 1);
    CHECK_FALSE(rule.expires);
    CHECK(config->default_action == PolicyAction::deny);
}

TEST_CASE("require counts signers") {
    const Policies policies;
    const auto [text, count] =
        GENERATE(table<std::string, std::size_t>({{"\"any\"", 1}, {"\"all\"", 2}, {"{ at_least = 1 }", 1}, {"{ at_least = 2 }", 2}}));
    CAPTURE(text);
    CHECK(policies.load(kHead + "trust = [\"local\"]\nrequire = " + text + "\n" + kSigner + kOther)->policies[0].required_signers == count);
}

TEST_CASE("[[policy]] with a mistake does not load") {
    const Policies policies;
    const std::string verify = kHead + "trust = [\"local\"]\n";
    const auto [name, text, problem] = GENERATE_COPY(table<std::string, std::string, std::string>({
        {"no name", "[[policy]]\nrepositories = [\"ghcr.io/**\"]\naction = \"deny\"\n", "10:1: [[policy]]: name is missing"},
        {"the name of [default]", "[[policy]]\nname = \"default\"\nrepositories = [\"ghcr.io/**\"]\naction = \"deny\"\n",
         "11:8: name: \"default\" is the name of [default]"},
        {"no repositories", "[[policy]]\nname = \"p\"\naction = \"deny\"\n", "10:1: [[policy]]: repositories is missing"},
        {"an empty list of repositories", "[[policy]]\nname = \"p\"\nrepositories = []\naction = \"deny\"\n",
         "12:16: repositories: is empty"},
        {"a name twice", kHead + "action = \"deny\"\n" + kHead + "action = \"deny\"\n", "15:8: name: \"p\" is that of another policy"},
        {"no signer", verify, "10:1: [[policy]]: signer is missing, expected at least one [[policy.signer]]"},
        {"no trust", kHead + kSigner, "10:1: [[policy]]: trust is missing"},
        {"an empty list of trusts", kHead + "trust = []\n" + kSigner, "13:9: trust: is empty"},
        {"an unknown trust", kHead + "trust = [\"public\"]\n" + kSigner,
         "13:10: trust: there is no [trust.public], expected the name of one"},
        {"a trust twice", kHead + "trust = [\"local\", \"local\"]\n" + kSigner, "13:19: trust: \"local\" stands there twice"},
        {"one signer's name twice", verify + kSigner + kSigner, "19:8: name: \"s\" is that of another signer here"},
        {"more signers wanted than there are", verify + "require = { at_least = 2 }\n" + kSigner,
         "14:24: at_least: is 2, expected at most the number of signers, 1"},
        {"no signer wanted", verify + "require = { at_least = 0 }\n" + kSigner,
         "14:24: at_least: is 0, expected a whole number from 1 to 64"},
        {"at_least as text", verify + "require = { at_least = \"1\" }\n" + kSigner,
         "14:24: at_least: is a string, expected a whole number"},
        {"an empty require", verify + "require = {}\n" + kSigner, "14:11: [[policy]] require: at_least is missing"},
        {"another require", verify + "require = \"most\"\n" + kSigner,
         "14:11: require: is \"most\", expected \"any\", \"all\" or { at_least = N }"},
        {"require as a number", verify + "require = 2\n" + kSigner, "14:11: require: is a whole number, expected a string"},
        {"another mode", verify + "mode = \"warn\"\n" + kSigner, "14:8: mode: is \"warn\", expected \"enforce\" or \"audit\""},
        {"another action", kHead + "action = \"skip\"\ntrust = [\"local\"]\n" + kSigner,
         "13:10: action: is \"skip\", expected \"verify\" or \"allow\" or \"deny\""},
        {"signers that nobody asks", kHead + "action = \"allow\"\n" + kSigner, "14:1: signer: has no effect with action = \"allow\""},
        {"a trust that nobody asks", kHead + "action = \"deny\"\ntrust = [\"local\"]\n",
         "14:9: trust: has no effect with action = \"deny\""},
        {"a reason over two lines", kHead + "action = \"allow\"\nreason = \"a\\nb\"\n",
         "14:10: reason: expected 1 to 200 characters of printable ASCII"},
        {"a reason that is not ASCII",
         kHead + "action = \"allow\"\nreason = \"gepr\xc3\xbc"
                 "ft\"\n",
         "14:10: reason: expected 1 to 200 characters"},
        {"an expiry as text", kHead + "action = \"allow\"\nexpires = \"2027-03-31\"\n",
         "14:11: expires: is a string, expected a date without quotation marks"},
        {"a denial that expires", kHead + "action = \"deny\"\nexpires = 2027-03-31\n",
         "14:11: expires: has no effect with action = \"deny\""},
        {"last-known-good, of later", verify + "on_undecided = \"last-known-good\"\n" + kSigner,
         "14:16: on_undecided: is \"last-known-good\", expected \"deny\""},
        {"children, of later", verify + "children = \"alone\"\n" + kSigner, "14:1: [[policy]]: unknown key \"children\""},
        {"attestations, of later", verify + kSigner + "[[policy.attestation]]\npredicate_type = \"x\"\n",
         "18:10: [[policy]]: unknown key \"attestation\""},
        {"one policy instead of a list", "[policy]\nname = \"p\"\n",
         "10:1: policy: is a table, expected an array of tables, written [[policy]]"},
        {"a default without action", "[default]\n", "10:1: [default]: action is missing, expected \"deny\" or \"allow\""},
        {"a default that verifies", "[default]\naction = \"verify\"\n", "11:10: action: is \"verify\", expected \"deny\" or \"allow\""},
        {"a default with a mode", "[default]\naction = \"deny\"\nmode = \"audit\"\n",
         "12:1: [default]: unknown key \"mode\", expected one of: action"},
    }));
    CAPTURE(name);
    const auto problems = policies.problems(text);
    REQUIRE(problems.size() == 1);
    CHECK_THAT(problems[0], Catch::Matchers::StartsWith(problem));
}

TEST_CASE("[[policy]] takes at most 64 signers") {
    const Policies policies;
    const auto with = [](int count) {
        std::string text = kHead + "trust = [\"local\"]\n";
        for (int i = 0; i < count; ++i)
            text += "[[policy.signer]]\nname = \"s" + std::to_string(i) + "\"\nissuer = \"https://i\"\nsubject = \"a@b\"\n";
        return text;
    };
    CHECK(policies.problems(with(64)).empty());
    CHECK(policies.problems(with(65)) == Texts{"14:1: signer: 65 of them, expected at most 64"});
}

TEST_CASE("A policy whose trusted root cannot be read is not blamed for it") {
    const ConfigFolder folder;
    const auto problems = folder.problems(kMinimal + kTrust + kHead + "trust = [\"local\"]\n" + kSigner);
    REQUIRE(problems.size() == 1);
    CHECK_THAT(problems[0], Catch::Matchers::StartsWith("9:16: trusted_root: "));
}

TEST_CASE("An exception needs neither trust nor signers") {
    const Policies policies;
    CHECK(policies.problems(kHead + "action = \"allow\"\nreason = \"reviewed by hand\"\nexpires = 2027-03-31\n").empty());
    CHECK(policies.problems(kHead + "action = \"deny\"\nmode = \"audit\"\n").empty());
}

}  // namespace proxy
