// `countersign serve --config FILE`: the gate, until SIGINT or SIGTERM.
#pragma once

#include <filesystem>

namespace cli {

[[nodiscard]] int serve(const std::filesystem::path& file);

}  // namespace cli
