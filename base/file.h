// Reading whole files with a limit: configuration, keys, trusted roots. Blocking; called at start-up or on workers only.
#pragma once

#include <cstddef>
#include <filesystem>

#include "base/bytes.h"

namespace base {

// At most `limit` bytes; a larger file, a directory or an unreadable file is an error that names the path and the reason.
[[nodiscard]] Result<Bytes> read_file(const std::filesystem::path& path, std::size_t limit);

}  // namespace base
