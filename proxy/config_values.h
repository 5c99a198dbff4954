// The spellings of single values in the configuration: durations, addresses, names. Errors say what was expected.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace proxy {

// "500ms", "20s", "5m", "24h", "90d"; at most ten years.
[[nodiscard]] base::Result<std::chrono::milliseconds> parse_duration(std::string_view text);

// Bytes: "0", "64KiB", "256MiB", "2GiB", or a number alone; at most 1 TiB.
[[nodiscard]] base::Result<std::uint64_t> parse_size(std::string_view text);

// An address literal and a port: "0.0.0.0:5000", "[::1]:5000". Names are refused: what they resolve to is not what was
// read.
[[nodiscard]] base::Result<std::string> parse_listen_address(std::string_view text);

// host[:port] as in a Host field (RFC 3986 section 3.2 without user information), returned in lower case.
[[nodiscard]] base::Result<std::string> parse_authority(std::string_view text);

// [A-Za-z0-9._-], 1 to 64 characters: names of policies, signers, trusts go into refusals and log lines.
[[nodiscard]] base::Result<std::string> parse_label(std::string_view text);

// The file can be opened and is no folder.
[[nodiscard]] base::Result<void> check_readable(const std::filesystem::path& path);

}  // namespace proxy
