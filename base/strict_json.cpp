#include "base/strict_json.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <unordered_set>

namespace base::json {

// Builds the tree from nlohmann's events, whose parser keeps its own stack and so does not recurse over input.
class TreeBuilder {
public:
    using number_integer_t = nlohmann::json::number_integer_t;
    using number_unsigned_t = nlohmann::json::number_unsigned_t;
    using number_float_t = nlohmann::json::number_float_t;
    using string_t = nlohmann::json::string_t;
    using binary_t = nlohmann::json::binary_t;

    explicit TreeBuilder(const Limits& limits) : limits_(limits) {}

    bool null() { return add(Value(Value::Null{})); }
    bool boolean(bool value) { return add(Value(value)); }
    bool number_integer(number_integer_t value) { return add(Value(std::int64_t{value})); }
    bool number_unsigned(number_unsigned_t value) {
        if (value <= static_cast<number_unsigned_t>(INT64_MAX)) return add(Value(static_cast<std::int64_t>(value)));
        return add(Value(std::uint64_t{value}));
    }
    bool number_float(number_float_t value, const string_t&) { return add(Value(Value::Real{value})); }
    bool string(string_t& value) { return add(Value(std::move(value))); }
    bool binary(binary_t&) { return refuse("binary value"); }

    bool start_object(std::size_t) { return open(Value(Object())); }
    bool key(string_t& name) {
        ++open_.back().members;
        if (++names_ > limits_.names) return refuse("more than " + std::to_string(limits_.names) + " names");
        if (limits_.duplicates == Duplicates::refuse && !open_.back().names.insert(fold(name)).second) {
            return refuse("duplicate member \"" + printable(name) + "\" (names are compared without case)");
        }
        open_.back().name = std::move(name);
        return true;
    }
    bool end_object() {
        names_ -= open_.back().members;
        return close();
    }
    bool start_array(std::size_t) { return open(Value(Array())); }
    bool end_array() { return close(); }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
        return refuse("not JSON at byte " + std::to_string(position));
    }

    [[nodiscard]] Result<Value> result(bool parsed) && {
        if (!error_.empty()) return fail(ErrorCode::invalid_input, "json: " + error_);
        if (!parsed || done_.empty()) return fail(ErrorCode::invalid_input, "json: not JSON");
        return std::move(done_.front());
    }

private:
    struct Open {
        Value value;
        std::string name;                        // of the member being read
        std::size_t members = 0;
        std::unordered_set<std::string> names;   // folded, of the members so far
    };

    static std::string printable(std::string_view name) {
        std::string text;
        for (const char c : name.substr(0, 64)) text.push_back(c >= 0x20 && c < 0x7F ? c : '?');
        return text;
    }
    bool refuse(std::string reason) {
        if (error_.empty()) error_ = std::move(reason);
        return false;
    }
    bool count() { return ++values_ <= limits_.values || refuse("more than " + std::to_string(limits_.values) + " values"); }
    bool add(Value value) {
        if (!count()) return false;
        attach(std::move(value));
        return true;
    }
    bool open(Value value) {
        if (!count()) return false;
        if (open_.size() >= limits_.depth) return refuse("nested deeper than " + std::to_string(limits_.depth));
        open_.push_back(Open{std::move(value), {}, 0, {}});
        return true;
    }
    bool close() {
        auto value = std::move(open_.back().value);
        open_.pop_back();
        attach(std::move(value));
        return true;
    }
    void attach(Value value) {
        if (open_.empty()) {
            done_.push_back(std::move(value));
            return;
        }
        auto& parent = open_.back();
        if (auto* array = std::get_if<Array>(&parent.value.content_)) {
            array->push_back(std::move(value));
        } else {
            std::get<Object>(parent.value.content_).emplace_back(std::move(parent.name), std::move(value));
        }
    }

    const Limits& limits_;
    std::size_t values_ = 0;
    std::size_t names_ = 0;  // of the objects that are open
    std::vector<Open> open_;
    std::vector<Value> done_;
    std::string error_;
};

std::string fold(std::string_view name) {
    constexpr std::string_view kLongS = "\xC5\xBF";          // U+017F
    constexpr std::string_view kKelvin = "\xE2\x84\xAA";     // U+212A
    std::string folded;
    folded.reserve(name.size());
    for (std::size_t i = 0; i < name.size();) {
        if (name.substr(i).starts_with(kLongS)) {
            folded.push_back('s');
            i += kLongS.size();
        } else if (name.substr(i).starts_with(kKelvin)) {
            folded.push_back('k');
            i += kKelvin.size();
        } else {
            const char c = name[i++];
            folded.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
        }
    }
    return folded;
}

bool folds_equal(std::string_view a, std::string_view b) { return fold(a) == fold(b); }

Result<Value> parse(std::string_view text, const Limits& limits) {
    if (text.size() > limits.bytes) {
        return fail(ErrorCode::too_large, "json: larger than " + std::to_string(limits.bytes) + " bytes");
    }
    // nlohmann takes a NUL for the end of the text and what follows for nothing; in JSON it can only stand escaped.
    if (text.find('\0') != std::string_view::npos) return fail(ErrorCode::invalid_input, "json: contains a NUL");
    // nlohmann skips a byte order mark; Go refuses it (oci-proxying 2.7).
    if (text.starts_with("\xEF\xBB\xBF")) return fail(ErrorCode::invalid_input, "json: starts with a byte order mark");
    TreeBuilder builder(limits);
    const bool parsed = nlohmann::json::sax_parse(text.begin(), text.end(), &builder, nlohmann::json::input_format_t::json, true, false);
    return std::move(builder).result(parsed);
}

}  // namespace base::json
