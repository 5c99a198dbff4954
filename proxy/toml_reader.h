// TOML text as a tree of values that know where they stand. The only door to toml++: what comes out is plain data.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "proxy/config_problem.h"

namespace proxy {

struct TomlValue;

struct TomlEntry;
using TomlObject = std::vector<TomlEntry>;  // in the order of the file
using TomlArray = std::vector<TomlValue>;
struct TomlOther {};  // numbers with a fraction, times of day: no setting is one

struct TomlValue {
    SourcePosition where;
    std::variant<std::string, std::int64_t, bool, std::chrono::year_month_day, TomlArray, TomlObject, TomlOther> content;
};

struct TomlEntry {
    std::string name;
    SourcePosition where;  // of the key
    TomlValue value;
};

inline constexpr std::size_t kTomlLimit = 1024 * 1024;  // bytes

// The root table. A syntax error is one problem; toml++ stops at the first. Refused before parsing, because depth costs
// stack: more than 16 dots outside strings in a line, and multi-line strings, which no setting needs.
[[nodiscard]] std::variant<TomlValue, Problem> read_toml(std::string_view text, const std::string& file);

}  // namespace proxy
