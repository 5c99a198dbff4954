// What is wrong with a configuration, and where: printed as "file:line:column: what, and what was expected" (design 7).
// All problems of a file are collected, so that one run of `countersign config check` shows them all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace proxy {

struct SourcePosition {
    std::uint32_t line = 0;    // from 1; 0: the file as a whole
    std::uint32_t column = 0;  // from 1, in characters
};

// A path as written, resolved against the folder of the configuration file, and where it stands, for problems found
// when it is used.
struct LocatedPath {
    std::filesystem::path path;
    SourcePosition where;
};

struct Problem {
    std::string file;
    SourcePosition where;
    std::string what;

    [[nodiscard]] std::string text() const;  // "config.toml:12:3: what"
};

using Problems = std::vector<Problem>;

}  // namespace proxy
