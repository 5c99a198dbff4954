// Typed reading of one TOML table: remembers which settings were asked for, so that the rest can be refused, and
// collects every problem instead of stopping at the first (design 7). A getter returns nullopt for an absent setting
// and for one that is wrong; the latter has then been reported.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "proxy/config_files.h"
#include "proxy/config_problem.h"
#include "proxy/toml_reader.h"

namespace proxy {

struct LocatedText {
    std::string text;
    SourcePosition where;
};

// Where problems go, what paths are relative to, and how their files are looked at. Outlives every table of the file.
class ConfigSource {
public:
    explicit ConfigSource(const std::filesystem::path& file, const ConfigFiles& files = files_of_disk());
    void problem(SourcePosition where, std::string what);
    [[nodiscard]] LocatedPath resolve(const LocatedText& path) const;
    [[nodiscard]] const ConfigFiles& files() const { return files_; }
    [[nodiscard]] Problems take_problems();  // in the order of the file

private:
    std::string file_;
    std::filesystem::path folder_;
    const ConfigFiles& files_;
    Problems problems_;
};

class ConfigTable {
public:
    // `name` as messages call it: "[server]", "[[policy]]".
    ConfigTable(ConfigSource& source, const TomlValue& value, std::string name);

    [[nodiscard]] SourcePosition where() const { return where_; }
    [[nodiscard]] SourcePosition where(std::string_view key) const;  // of the value; of the table where it is absent
    [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
    [[nodiscard]] ConfigSource& source() { return source_; }

    [[nodiscard]] std::optional<std::string> string(std::string_view key);
    [[nodiscard]] std::optional<LocatedText> located_string(std::string_view key);
    [[nodiscard]] std::optional<bool> boolean(std::string_view key);
    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key, std::int64_t least, std::int64_t most);
    [[nodiscard]] std::optional<std::chrono::year_month_day> date(std::string_view key);
    [[nodiscard]] std::vector<LocatedText> strings(std::string_view key);  // an empty array is a problem
    [[nodiscard]] std::optional<LocatedPath> readable_file(std::string_view key);
    // The position in `words` of the setting's value; another value is a problem that lists them.
    [[nodiscard]] std::optional<std::size_t> word(std::string_view key, const std::vector<std::string_view>& words);

    [[nodiscard]] bool is_table(std::string_view key) const;
    [[nodiscard]] std::optional<ConfigTable> table(std::string_view key, std::string name);  // [key] or key = { … }
    [[nodiscard]] std::vector<ConfigTable> tables(std::string_view key, const std::string& name);       // [[key]]
    [[nodiscard]] std::vector<std::pair<LocatedText, ConfigTable>> named_tables(std::string_view key);  // [key.NAME]

    // A string through a parser of its own; its error becomes a problem at the value.
    template <typename Parse>
    [[nodiscard]] auto parsed(std::string_view key, Parse parse)
        -> std::optional<typename std::invoke_result_t<Parse, std::string_view>::value_type> {
        const auto text = located_string(key);
        if (!text) return std::nullopt;
        return parsed_item(key, *text, std::move(parse));
    }
    template <typename Parse>
    [[nodiscard]] auto parsed_item(std::string_view key, const LocatedText& text, Parse parse)
        -> std::optional<typename std::invoke_result_t<Parse, std::string_view>::value_type> {
        auto value = std::invoke(parse, text.text);
        if (value) return *std::move(value);
        problem(text.where, std::string(key) + ": " + value.error().message());
        return std::nullopt;
    }
    template <typename Parse>
    [[nodiscard]] auto parsed_list(std::string_view key, Parse parse) {
        std::vector<typename std::invoke_result_t<Parse, std::string_view>::value_type> values;
        for (const auto& text : strings(key)) {
            if (auto value = parsed_item(key, text, parse)) values.push_back(*std::move(value));
        }
        return values;
    }

    void problem(SourcePosition where, std::string what) { source_.get().problem(where, std::move(what)); }
    void require(std::string_view key, std::string_view expected);  // a problem if the setting is absent
    void finish();  // every setting that nobody asked for is unknown; call once, last

private:
    [[nodiscard]] const TomlValue* find(std::string_view key) const;
    [[nodiscard]] const TomlValue* ask(std::string_view key);
    void wrong_type(std::string_view key, const TomlValue& value, std::string_view expected);
    [[nodiscard]] std::string unknown_key_text(const std::string& key) const;

    std::reference_wrapper<ConfigSource> source_;
    const TomlObject* object_;
    SourcePosition where_;
    std::string name_;
    std::vector<std::string> asked_;
};

}  // namespace proxy
