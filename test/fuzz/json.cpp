// Strict JSON (RFC 8259, oci-proxying 2.7): the input is a document. One text has one meaning for every reader, or it
// is refused.
#include <cmath>
#include <cstdio>
#include <set>
#include <string>

#include "base/json_writer.h"
#include "base/strict_json.h"
#include "test/fuzz/property.h"

namespace {

using base::json::Value;
using fuzz::require;

std::string written(const Value& value, std::size_t depth = 1);

std::string written_object(const base::json::Object& object, std::size_t depth) {
    base::json::ObjectWriter writer;
    std::set<std::string> names;
    for (const auto& [name, member] : object) {
        require(names.insert(base::json::fold(name)).second, "no two names of an object fold to the same");
        writer.add_raw(name, written(member, depth + 1));
    }
    return writer.text();
}

std::string written_number(double number) {
    require(std::isfinite(number), "a number is finite");
    char text[40];
    std::snprintf(text, sizeof text, "%.17e", number);
    return text;
}

std::string written(const Value& value, std::size_t depth) {
    require(depth <= base::json::Limits().depth + 1, "no document is deeper than the limit");
    if (const auto* truth = value.as<bool>()) return *truth ? "true" : "false";
    if (const auto* number = value.as<std::int64_t>()) return std::to_string(*number);
    if (const auto* number = value.as<std::uint64_t>()) return std::to_string(*number);
    if (const auto* number = value.as<Value::Real>()) return written_number(number->value);
    if (const auto* text = value.as<std::string>()) return base::json::quote(*text);
    if (const auto* object = value.as<base::json::Object>()) return written_object(*object, depth);
    if (const auto* array = value.as<base::json::Array>()) {
        base::json::ArrayWriter writer;
        for (const auto& item : *array) writer.add_raw(written(item, depth + 1));
        return writer.text();
    }
    return "null";
}

// Any bytes at all become one JSON string on one line.
void check_quote(std::string_view bytes) {
    const auto text = base::json::quote(bytes);
    for (const char c : text) require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "a quoted text stays in its line");
    const auto value = base::json::parse(text);
    require(value && value->as<std::string>() != nullptr, "a quoted text is a JSON string");
    require(base::json::quote(*value->as<std::string>()) == text, "quoting what was read gives the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto input = fuzz::as_text(data, size);
    check_quote(input);
    const auto value = base::json::parse(input);
    base::json::Limits lax;
    lax.duplicates = base::json::Duplicates::keep;
    const auto laxly = base::json::parse(input, lax);
    require(laxly.has_value() || !value.has_value(), "what is strict JSON is JSON");
    if (!value) return 0;
    const auto text = written(*value);
    require(written(*laxly) == text, "a strict and a lax reader see the same document");
    const auto again = base::json::parse(text);
    require(again && written(*again) == text, "a document survives writing");
    require(base::json::parse(" \t\r\n" + std::string(input) + "\n ").has_value(), "white space around a document means nothing");
    require(!base::json::parse(std::string(input) + "x"), "nothing may stand behind a document");
    return 0;
}
