#include "cli/configuration.h"

#include <cstdio>
#include <cstdlib>

#include "base/time.h"

namespace cli {
namespace {

// Read once, before any thread; nothing below this room looks at it.
std::string environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? "" : value;
}

}  // namespace

std::optional<proxy::Config> read_configuration(const std::filesystem::path& file) {
    auto config = proxy::load_config(file);
    auto proxies = http::ProxyRoutes::from_environment(environment);
    proxy::Problems problems;
    if (!config) problems = std::move(config).error();
    if (!proxies) problems.push_back(proxy::Problem{"environment", {}, proxies.error().message()});
    if (!problems.empty()) {
        print_problems(problems);
        return std::nullopt;
    }
    config->proxies = *std::move(proxies);
    return *std::move(config);
}

void print_problems(const proxy::Problems& problems) {
    for (const auto& problem : problems) std::fprintf(stderr, "%s\n", problem.text().c_str());
    std::fprintf(stderr, "countersign: the configuration does not load: %zu problem%s\n", problems.size(), problems.size() == 1 ? "" : "s");
}

void print_warnings(const proxy::Config& config) {
    for (const auto& rule : config.policies) {
        const auto warning = proxy::expiry_warning(rule, base::system_now());
        if (!warning.empty()) std::fprintf(stderr, "countersign: warning: %s\n", warning.c_str());
    }
}

}  // namespace cli
