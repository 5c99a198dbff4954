#include "cli/config_check.h"

#include <cstdio>
#include <string>

#include "base/time.h"
#include "cli/configuration.h"
#include "cli/exit_code.h"
#include "proxy/app.h"

namespace cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

std::string route_of(const proxy::UpstreamSettings& upstream) {
    std::vector<std::string> ways;
    if (!upstream.ns.empty()) ways.push_back("ns " + joined(upstream.ns));
    if (upstream.host) ways.push_back("host " + *upstream.host);
    if (upstream.prefix) ways.push_back("prefix " + *upstream.prefix);
    if (upstream.is_default) ways.emplace_back("default");
    return joined(ways);
}

std::string proxy_of(const proxy::Config& config, const proxy::UpstreamSettings& upstream) {
    const auto proxy = upstream.proxies.value_or(config.proxies).find(upstream.url);
    return proxy ? ", through the proxy " + proxy->url() : "";
}

std::string rule_of(const proxy::PolicyRule& rule) {
    std::string text(to_string(rule.action));
    if (rule.action == proxy::PolicyAction::verify) {
        text += " " + std::to_string(rule.required_signers) + " of " + std::to_string(rule.signers.size()) + " signers, trust " +
                joined(rule.trust);
    }
    return rule.mode == proxy::PolicyMode::audit ? text + ", audit only" : text;
}

std::string patterns_of(const std::vector<proxy::RepositoryPattern>& patterns) {
    std::vector<std::string> texts;
    for (const auto& pattern : patterns) texts.push_back(pattern.text());
    return joined(texts);
}

std::string actions_of(const proxy::Grant& grant) {
    std::vector<std::string> texts;
    for (const auto action : grant.actions) texts.emplace_back(to_string(action));
    return joined(texts);
}

std::string summary(const proxy::Config& config) {
    std::string text;
    for (const auto& upstream : config.upstreams) {
        text += "upstream " + upstream.registry + ": " + upstream.url.url() + ", by " + route_of(upstream) +
                (upstream.account ? ", as " + upstream.account->username : ", anonymous") + proxy_of(config, upstream) + "\n";
    }
    for (const auto& grant : config.clients.grants)
        text += "grant anonymous: " + actions_of(grant) + " on " + patterns_of(grant.repositories) + "\n";
    if (config.clients.grants.empty()) text += "no grant: nothing is permitted to anybody\n";
    for (const auto& rule : config.policies)
        text += "policy " + rule.name + ": " + rule_of(rule) + " for " + patterns_of(rule.repositories) + "\n";
    return text + "default: " + std::string(to_string(config.default_action)) + "\n";
}

}  // namespace

int config_check(const std::filesystem::path& file) {
    auto config = read_configuration(file);
    if (!config) return kWrongUsage;
    print_warnings(*config);
    const std::string text = summary(*config);
    // Trusted roots, certificates and keys are read by building the gate; it is not started. The decision log is not opened: checking
    // must not leave a file behind that belongs to whoever checked.
    config->log.decisions.reset();
    const auto app =
        proxy::App::create(*std::move(config), {proxy::LineSink::standard_output(), proxy::LineSink::standard_error()}, base::system_now);
    if (!app) {
        print_problems(app.error());
        return kWrongUsage;
    }
    std::printf("%s%s: good\n", text.c_str(), file.c_str());
    return kDone;
}

}  // namespace cli
