// Writing small JSON: error bodies, log lines. Always one line, always valid UTF-8: bytes that are not become U+FFFD, and control
// characters are escaped, so attacker text can never forge a line.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace base::json {

[[nodiscard]] std::string quote(std::string_view text);  // with the quotation marks
void append_quoted(std::string& out, std::string_view text);

class ObjectWriter {
public:
    ObjectWriter& add(std::string_view name, std::string_view text);
    ObjectWriter& add(std::string_view name, const char* text) { return add(name, std::string_view(text)); }
    ObjectWriter& add(std::string_view name, std::int64_t number);
    ObjectWriter& add(std::string_view name, std::same_as<bool> auto value) { return add_raw(name, value ? "true" : "false"); }
    ObjectWriter& add_raw(std::string_view name, std::string_view json);  // already JSON
    [[nodiscard]] std::string text() const { return text_ + "}"; }

private:
    std::string text_ = "{";
};

class ArrayWriter {
public:
    ArrayWriter& add(std::string_view text) { return add_raw(quote(text)); }
    ArrayWriter& add_raw(std::string_view json);
    [[nodiscard]] std::string text() const { return text_ + "]"; }

private:
    std::string text_ = "[";
};

}  // namespace base::json
