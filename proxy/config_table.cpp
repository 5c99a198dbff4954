#include "proxy/config_table.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "base/json_writer.h"

namespace proxy {
namespace {

std::string_view type_name(const TomlValue& value) {
    struct Name {
        std::string_view operator()(const std::string&) const { return "a string"; }
        std::string_view operator()(std::int64_t) const { return "a whole number"; }
        std::string_view operator()(bool) const { return "a boolean"; }
        std::string_view operator()(std::chrono::year_month_day) const { return "a date"; }
        std::string_view operator()(const TomlArray&) const { return "an array"; }
        std::string_view operator()(const TomlObject&) const { return "a table"; }
        std::string_view operator()(const TomlOther&) const { return "another type"; }
    };
    return std::visit(Name{}, value.content);
}

// Levenshtein distance: how many letters are wrong, missing or too many.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
        }
    }
    return row.back();
}

std::string listing(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

}  // namespace

ConfigSource::ConfigSource(const std::filesystem::path& file, const ConfigFiles& files)
    : file_(file.string()), folder_(file.parent_path()), files_(files) {}

void ConfigSource::problem(SourcePosition where, std::string what) { problems_.push_back(Problem{file_, where, std::move(what)}); }

LocatedPath ConfigSource::resolve(const LocatedText& path) const { return LocatedPath{folder_ / path.text, path.where}; }

Problems ConfigSource::take_problems() {
    std::ranges::sort(problems_, [](const Problem& a, const Problem& b) {
        return std::tie(a.where.line, a.where.column, a.what) < std::tie(b.where.line, b.where.column, b.what);
    });
    return std::move(problems_);
}

ConfigTable::ConfigTable(ConfigSource& source, const TomlValue& value, std::string name)
    : source_(source), object_(std::get_if<TomlObject>(&value.content)), where_(value.where), name_(std::move(name)) {}

const TomlValue* ConfigTable::find(std::string_view key) const {
    const auto entry = std::ranges::find(*object_, key, &TomlEntry::name);
    return entry == object_->end() ? nullptr : &entry->value;
}

const TomlValue* ConfigTable::ask(std::string_view key) {
    asked_.emplace_back(key);
    return find(key);
}

SourcePosition ConfigTable::where(std::string_view key) const {
    const auto* value = find(key);
    return value == nullptr ? where_ : value->where;
}

void ConfigTable::wrong_type(std::string_view key, const TomlValue& value, std::string_view expected) {
    problem(value.where, std::string(key) + ": is " + std::string(type_name(value)) + ", expected " + std::string(expected));
}

std::optional<LocatedText> ConfigTable::located_string(std::string_view key) {
    const auto* value = ask(key);
    if (value == nullptr) return std::nullopt;
    if (const auto* text = std::get_if<std::string>(&value->content)) return LocatedText{*text, value->where};
    wrong_type(key, *value, "a string");
    return std::nullopt;
}

std::optional<std::string> ConfigTable::string(std::string_view key) {
    auto text = located_string(key);
    if (!text) return std::nullopt;
    return std::move(text->text);
}

std::optional<bool> ConfigTable::boolean(std::string_view key) {
    const auto* value = ask(key);
    if (value == nullptr) return std::nullopt;
    if (const auto* truth = std::get_if<bool>(&value->content)) return *truth;
    wrong_type(key, *value, "true or false");
    return std::nullopt;
}

std::optional<std::int64_t> ConfigTable::integer(std::string_view key, std::int64_t least, std::int64_t most) {
    const auto* value = ask(key);
    if (value == nullptr) return std::nullopt;
    const std::string expected = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    const auto* number = std::get_if<std::int64_t>(&value->content);
    if (number == nullptr) {
        wrong_type(key, *value, expected);
        return std::nullopt;
    }
    if (*number >= least && *number <= most) return *number;
    problem(value->where, std::string(key) + ": is " + std::to_string(*number) + ", expected " + expected);
    return std::nullopt;
}

std::optional<std::chrono::year_month_day> ConfigTable::date(std::string_view key) {
    const auto* value = ask(key);
    if (value == nullptr) return std::nullopt;
    if (const auto* day = std::get_if<std::chrono::year_month_day>(&value->content)) return *day;
    wrong_type(key, *value, "a date without quotation marks, such as 2027-03-31");
    return std::nullopt;
}

std::vector<LocatedText> ConfigTable::strings(std::string_view key) {
    std::vector<LocatedText> texts;
    const auto* value = ask(key);
    if (value == nullptr) return texts;
    const auto* array = std::get_if<TomlArray>(&value->content);
    if (array == nullptr) {
        wrong_type(key, *value, "an array of strings");
        return texts;
    }
    if (array->empty()) problem(value->where, std::string(key) + ": is empty, expected at least one string");
    for (const auto& item : *array) {
        if (const auto* text = std::get_if<std::string>(&item.content)) {
            texts.push_back(LocatedText{*text, item.where});
        } else {
            wrong_type(key, item, "a string");
        }
    }
    return texts;
}

std::optional<LocatedPath> ConfigTable::readable_file(std::string_view key) {
    const auto text = located_string(key);
    if (!text) return std::nullopt;
    if (text->text.empty()) {
        problem(text->where, std::string(key) + ": is empty, expected the path of a file");
        return std::nullopt;
    }
    auto path = source_.get().resolve(*text);
    if (const auto readable = source_.get().files().check(path.path); !readable) {
        problem(text->where, std::string(key) + ": " + readable.error().message());
    }
    return path;
}

std::optional<std::size_t> ConfigTable::word(std::string_view key, const std::vector<std::string_view>& words) {
    const auto text = located_string(key);
    if (!text) return std::nullopt;
    const auto found = std::ranges::find(words, text->text);
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    std::string expected;
    for (const auto word : words) expected += (expected.empty() ? "" : " or ") + base::json::quote(word);
    problem(text->where, std::string(key) + ": is " + base::json::quote(text->text) + ", expected " + expected);
    return std::nullopt;
}

bool ConfigTable::is_table(std::string_view key) const {
    const auto* value = find(key);
    return value != nullptr && std::holds_alternative<TomlObject>(value->content);
}

std::optional<ConfigTable> ConfigTable::table(std::string_view key, std::string name) {
    const auto* value = ask(key);
    if (value == nullptr) return std::nullopt;
    if (std::holds_alternative<TomlObject>(value->content)) return ConfigTable(source_, *value, std::move(name));
    wrong_type(key, *value, "a table");
    return std::nullopt;
}

std::vector<ConfigTable> ConfigTable::tables(std::string_view key, const std::string& name) {
    std::vector<ConfigTable> found;
    const auto* value = ask(key);
    if (value == nullptr) return found;
    const auto* array = std::get_if<TomlArray>(&value->content);
    if (array == nullptr) {
        wrong_type(key, *value, "an array of tables, written " + name);
        return found;
    }
    if (array->empty()) problem(value->where, std::string(key) + ": is empty, expected at least one " + name);
    for (const auto& item : *array) {
        if (std::holds_alternative<TomlObject>(item.content)) {
            found.emplace_back(source_, item, name);
        } else {
            wrong_type(key, item, "a table, written " + name);
        }
    }
    return found;
}

std::vector<std::pair<LocatedText, ConfigTable>> ConfigTable::named_tables(std::string_view key) {
    std::vector<std::pair<LocatedText, ConfigTable>> found;
    auto parent = table(key, "[" + std::string(key) + "]");
    if (!parent) return found;
    for (const auto& entry : *parent->object_) {
        const std::string name = "[" + std::string(key) + "." + entry.name + "]";
        if (auto child = parent->table(entry.name, name)) found.emplace_back(LocatedText{entry.name, entry.where}, *std::move(child));
    }
    return found;
}

void ConfigTable::require(std::string_view key, std::string_view expected) {
    if (!has(key)) problem(where_, name_ + ": " + std::string(key) + " is missing, expected " + std::string(expected));
}

std::string ConfigTable::unknown_key_text(const std::string& key) const {
    const auto nearest = std::ranges::min_element(asked_, {}, [&key](const std::string& known) { return distance(key, known); });
    std::string text = name_ + ": unknown key " + base::json::quote(key);
    if (nearest != asked_.end() && distance(key, *nearest) <= std::max<std::size_t>(1, nearest->size() / 3)) {
        return text + "; did you mean " + base::json::quote(*nearest) + "?";
    }
    return text + ", expected one of: " + listing(asked_);
}

void ConfigTable::finish() {
    std::ranges::sort(asked_);
    asked_.erase(std::ranges::unique(asked_).begin(), asked_.end());
    for (const auto& entry : *object_) {
        if (!std::ranges::binary_search(asked_, entry.name)) problem(entry.where, unknown_key_text(entry.name));
    }
}

}  // namespace proxy
