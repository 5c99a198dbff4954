#include "proxy/toml_reader.h"

#include <toml++/toml.h>

#include <algorithm>
#include <optional>

namespace proxy {
namespace {

constexpr std::size_t kMaxDots = 16;
constexpr std::size_t kMaxDepth = 32;  // of what is kept; no setting lies deeper than 5

SourcePosition position_of(const toml::source_region& region) { return SourcePosition{region.begin.line, region.begin.column}; }

// Looks at one line as TOML does: dots in strings and comments do not count.
class LineScan {
public:
    explicit LineScan(std::string_view line) : line_(line) {}

    // What is wrong with the line, and the column from 1.
    [[nodiscard]] std::optional<std::pair<std::size_t, std::string>> run() {
        for (std::size_t i = 0; i < line_.size(); ++i) {
            const char c = line_[i];
            if (c == '#') return std::nullopt;
            if (c == '"' || c == '\'') {
                if (line_.substr(i, 3) == std::string(3, c)) {
                    return std::pair(i + 1, std::string("multi-line strings are not used here, expected a string on one line"));
                }
                i = end_of_string(i);
            } else if (c == '.' && ++dots_ > kMaxDots) {
                return std::pair(i + 1, std::string("more than 16 dots in one line, expected section.name at most"));
            }
        }
        return std::nullopt;
    }

private:
    [[nodiscard]] std::size_t end_of_string(std::size_t start) const {
        const char quote = line_[start];
        std::size_t i = start + 1;
        while (i < line_.size() && line_[i] != quote) i += (quote == '"' && line_[i] == '\\') ? 2 : 1;
        return i;
    }
    std::string_view line_;
    std::size_t dots_ = 0;
};

std::optional<Problem> scan(std::string_view text, const std::string& file) {
    if (text.size() > kTomlLimit) return Problem{file, {}, "larger than 1 MiB"};
    std::uint32_t number = 1;
    while (!text.empty()) {
        const auto end = text.find('\n');
        if (const auto bad = LineScan(text.substr(0, end)).run()) {
            return Problem{file, {number, static_cast<std::uint32_t>(bad->first)}, bad->second};
        }
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
        ++number;
    }
    return std::nullopt;
}

TomlValue convert(const toml::node& node, std::size_t depth);

TomlObject convert_table(const toml::table& table, std::size_t depth) {
    TomlObject object;
    for (const auto& [key, child] : table) {
        object.push_back(TomlEntry{std::string(key.str()), position_of(key.source()), convert(child, depth + 1)});
    }
    std::ranges::sort(object, [](const TomlEntry& a, const TomlEntry& b) {
        return std::pair(a.where.line, a.where.column) < std::pair(b.where.line, b.where.column);
    });
    return object;
}

TomlArray convert_array(const toml::array& array, std::size_t depth) {
    TomlArray items;
    for (const auto& child : array) items.push_back(convert(child, depth + 1));
    return items;
}

std::chrono::year_month_day to_date(const toml::date& date) {
    return std::chrono::year{date.year} / std::chrono::month{date.month} / std::chrono::day{date.day};
}

TomlValue convert(const toml::node& node, std::size_t depth) {
    TomlValue value{position_of(node.source()), TomlOther{}};
    if (depth > kMaxDepth) return value;
    if (const auto* table = node.as_table()) value.content = convert_table(*table, depth);
    if (const auto* array = node.as_array()) value.content = convert_array(*array, depth);
    if (const auto* text = node.as_string()) value.content = text->get();
    if (const auto* number = node.as_integer()) value.content = number->get();
    if (const auto* truth = node.as_boolean()) value.content = truth->get();
    if (const auto* date = node.as_date()) value.content = to_date(date->get());
    return value;
}

}  // namespace

std::variant<TomlValue, Problem> read_toml(std::string_view text, const std::string& file) {
    if (auto problem = scan(text, file)) return *std::move(problem);
    try {
        return convert(toml::parse(text, file), 0);
    } catch (const toml::parse_error& error) {
        return Problem{file, position_of(error.source()), "not TOML: " + std::string(error.description())};
    }
}

}  // namespace proxy
