#include "cli/configuration.h"

#include <cstdio>

#include "base/time.h"

namespace cli {

std::optional<proxy::Config> read_configuration(const std::filesystem::path& file) {
    auto config = proxy::load_config(file);
    if (config) return *std::move(config);
    print_problems(config.error());
    return std::nullopt;
}

void print_problems(const proxy::Problems& problems) {
    for (const auto& problem : problems) std::fprintf(stderr, "%s\n", problem.text().c_str());
    std::fprintf(stderr, "countersign: the configuration does not load: %zu problem%s\n", problems.size(),
                 problems.size() == 1 ? "" : "s");
}

void print_warnings(const proxy::Config& config) {
    for (const auto& rule : config.policies) {
        const auto warning = proxy::expiry_warning(rule, base::system_now());
        if (!warning.empty()) std::fprintf(stderr, "countersign: warning: %s\n", warning.c_str());
    }
}

}  // namespace cli
