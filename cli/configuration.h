// Reading the configuration for a command: problems go to standard error, one a line, as editors and CI systems parse
// them.
#pragma once

#include <filesystem>
#include <optional>

#include "proxy/config.h"

namespace cli {

// With the proxies of the environment. nullopt: problems were printed.
[[nodiscard]] std::optional<proxy::Config> read_configuration(const std::filesystem::path& file);

void print_problems(const proxy::Problems& problems);

// Exceptions that have expired or will do so soon, one a line.
void print_warnings(const proxy::Config& config);

}  // namespace cli
