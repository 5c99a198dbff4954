// How the configuration looks at the files that it names. Whoever reads a configuration that is not to be trusted gives
// it files of their own: it can then name those of the machine, and nothing looks at them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>

#include "base/bytes.h"

namespace proxy {

struct ConfigFiles {
    std::function<base::Result<void>(const std::filesystem::path& path)> check;  // can be opened and is no folder
    std::function<base::Result<base::Bytes>(const std::filesystem::path& path, std::size_t limit)> read;
};

[[nodiscard]] const ConfigFiles& files_of_disk();

}  // namespace proxy
