// `countersign config check --config FILE`: everything that would keep `serve` from starting, short of binding
// addresses; and what the configuration means, in a few lines.
#pragma once

#include <filesystem>

namespace cli {

[[nodiscard]] int config_check(const std::filesystem::path& file);

}  // namespace cli
