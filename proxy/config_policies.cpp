#include "proxy/config_policies.h"

#include <algorithm>
#include <set>

#include "base/json_writer.h"
#include "proxy/config_signer.h"
#include "proxy/config_values.h"

namespace proxy {
namespace {

constexpr std::size_t kMaxSigners = 64;
constexpr std::size_t kMaxReason = 200;

// It goes into a reason phrase (RFC 9112 section 4) and a one-line message.
base::Result<std::string> parse_reason(std::string_view text) {
    const auto printable = [](char c) { return c >= 0x20 && c <= 0x7e; };
    if (!text.empty() && text.size() <= kMaxReason && std::ranges::all_of(text, printable)) return std::string(text);
    return base::fail(base::ErrorCode::invalid_input, "expected 1 to 200 characters of printable ASCII on one line");
}

base::Result<std::string> parse_policy_name(std::string_view text) {
    if (text == "default") return base::fail(base::ErrorCode::invalid_input, "\"default\" is the name of [default], expected another name");
    return parse_label(text);
}

std::size_t read_at_least(ConfigTable& policy, std::size_t signers) {
    auto require = policy.table("require", "[[policy]] require");
    require->require("at_least", "the number of signers");
    const auto number = require->integer("at_least", 1, static_cast<std::int64_t>(kMaxSigners));
    require->finish();
    const auto wanted = static_cast<std::size_t>(number.value_or(1));
    if (wanted > signers) {
        policy.problem(require->where("at_least"),
                       "at_least: is " + std::to_string(wanted) + ", expected at most the number of signers, " + std::to_string(signers));
    }
    return wanted;
}

std::size_t read_required_signers(ConfigTable& policy, std::size_t signers) {
    if (policy.is_table("require")) return read_at_least(policy, signers);
    const auto text = policy.located_string("require");
    if (!text || text->text == "any") return 1;
    if (text->text == "all") return signers;
    policy.problem(text->where, "require: is " + base::json::quote(text->text) + ", expected \"any\", \"all\" or { at_least = N }");
    return 1;
}

// Returns how many were written, so that `require` is judged by that even if one of them is wrong.
std::size_t read_signers(ConfigTable& policy, PolicyRule& rule) {
    auto tables = policy.tables("signer", "[[policy.signer]]");
    if (tables.size() > kMaxSigners) {
        policy.problem(policy.where("signer"),
                       "signer: " + std::to_string(tables.size()) + " of them, expected at most " + std::to_string(kMaxSigners));
    }
    for (auto& table : tables) {
        auto signer = read_signer(table);
        if (!signer) continue;
        if (std::ranges::find(rule.signers, signer->name, &SignerRule::name) != rule.signers.end()) {
            table.problem(table.where("name"),
                          "name: " + base::json::quote(signer->name) + " is that of another signer here, expected a name of its own");
        }
        rule.signers.push_back(*std::move(signer));
    }
    return tables.size();
}

void read_trust(ConfigTable& policy, const std::vector<TrustSettings>& trusts, PolicyRule& rule) {
    for (const auto& name : policy.strings("trust")) {
        if (std::ranges::find(trusts, name.text, &TrustSettings::name) == trusts.end()) {
            policy.problem(name.where, "trust: there is no [trust." + name.text + "], expected the name of one");
        } else if (std::ranges::find(rule.trust, name.text) != rule.trust.end()) {
            policy.problem(name.where, "trust: " + base::json::quote(name.text) + " stands there twice");
        }
        rule.trust.push_back(name.text);
    }
}

void check_action(ConfigTable& policy, const PolicyRule& rule) {
    if (rule.action == PolicyAction::verify) {
        policy.require("signer", "at least one [[policy.signer]], or action = \"allow\" or \"deny\"");
        policy.require("trust", "the names of [trust.NAME] sections, such as trust = [\"public\"]");
        return;
    }
    for (const std::string_view key : {"signer", "trust", "require"}) {
        if (!policy.has(key)) continue;
        policy.problem(policy.where(key), std::string(key) + ": has no effect with action = " + base::json::quote(to_string(rule.action)) +
                                              ", expected action = \"verify\" or no " + std::string(key));
    }
}

void read_expires(ConfigTable& policy, PolicyRule& rule) {
    rule.expires = policy.date("expires");
    if (rule.expires && rule.action == PolicyAction::deny) {
        policy.problem(policy.where("expires"), "expires: has no effect with action = \"deny\", which never ends");
    }
}

PolicyRule read_policy(ConfigTable& policy, const std::vector<TrustSettings>& trusts) {
    PolicyRule rule;
    policy.require("name", "a name for refusals and log lines");
    policy.require("repositories", "an array of globs over canonical names, such as [\"ghcr.io/acme/**\"]");
    rule.name = policy.parsed("name", parse_policy_name).value_or("");
    rule.repositories = policy.parsed_list("repositories", RepositoryPattern::parse);
    if (const auto mode = policy.word("mode", {"enforce", "audit"})) rule.mode = static_cast<PolicyMode>(*mode);
    if (const auto action = policy.word("action", {"verify", "allow", "deny"})) rule.action = static_cast<PolicyAction>(*action);
    (void)policy.word("on_undecided", {"deny"});  // "last-known-good" needs the evidence store
    read_trust(policy, trusts, rule);
    rule.required_signers = read_required_signers(policy, read_signers(policy, rule));
    rule.reason = policy.parsed("reason", parse_reason).value_or("");
    read_expires(policy, rule);
    check_action(policy, rule);
    policy.finish();
    return rule;
}

}  // namespace

std::vector<PolicyRule> read_policies(ConfigTable& root, const std::vector<TrustSettings>& trusts) {
    std::vector<PolicyRule> rules;
    std::set<std::string> names;
    for (auto& table : root.tables("policy", "[[policy]]")) {
        auto rule = read_policy(table, trusts);
        if (!rule.name.empty() && !names.insert(rule.name).second) {
            table.problem(table.where("name"),
                          "name: " + base::json::quote(rule.name) + " is that of another policy, expected a name of its own");
        }
        rules.push_back(std::move(rule));
    }
    return rules;
}

PolicyAction read_default_action(ConfigTable& root) {
    auto section = root.table("default", "[default]");
    if (!section) return PolicyAction::deny;
    section->require("action", "\"deny\" or \"allow\"");
    const auto action = section->word("action", {"deny", "allow"});
    section->finish();
    return action == std::size_t{1} ? PolicyAction::allow : PolicyAction::deny;
}

}  // namespace proxy
