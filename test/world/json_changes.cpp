#include "test/world/json_changes.h"

#include <nlohmann/json.hpp>

#include <functional>

namespace world {
namespace {

using Json = nlohmann::ordered_json;

// One letter of base64, of hex and of a number becomes another one of these.
char other_letter(char c) {
    if (c >= '0' && c < '9') return static_cast<char>(c + 1);
    return c == 'a' ? 'b' : 'a';
}

class Changes {
public:
    explicit Changes(Json document) : document_(std::move(document)) {}
    std::vector<JsonChange> all() {
        visit(document_, "");
        return std::move(found_);
    }

private:
    void visit(Json& value, const std::string& place) {
        replace(value, place, "null", nullptr);
        if (value.is_string()) visit_text(value, place);
        if (value.is_number()) visit_number(value, place);
        if (value.is_boolean()) replace(value, place, "the opposite", !value.get<bool>());
        if (value.is_object()) visit_members(value, place);
        if (value.is_array()) visit_items(value, place);
    }

    void visit_text(Json& value, const std::string& place) {
        const auto text = value.get<std::string>();
        replace(value, place, "another type", 7);
        replace(value, place, "a letter more", text + "A");
        replace(value, place, "a blank more", text + " ");
        if (text.empty()) return;
        replace(value, place, "empty", "");
        auto first = text;
        first.front() = other_letter(first.front());
        replace(value, place, "first letter", first);
        auto last = text;
        const auto position = text.find_last_not_of("=\n ");
        if (position == std::string::npos) return;
        last[position] = other_letter(last[position]);
        replace(value, place, "last letter", last);
    }

    void visit_number(Json& value, const std::string& place) {
        replace(value, place, "another type", "7");
        replace(value, place, "one more", value.get<std::int64_t>() + 1);
        replace(value, place, "negative", -1);
    }

    void visit_members(Json& value, const std::string& place) {
        replace(value, place, "another type", Json::array());
        if (!value.empty()) replace(value, place, "empty", Json::object());
        std::vector<std::string> names;
        for (const auto& [name, member] : value.items()) names.push_back(name);
        for (const auto& name : names) {
            const auto inside = place.empty() ? name : place + "." + name;
            Json without = value;
            without.erase(name);
            replace(value, inside, "left out", without);
            visit(value[name], inside);
        }
    }

    void visit_items(Json& value, const std::string& place) {
        replace(value, place, "another type", Json::object());
        if (!value.empty()) replace(value, place, "empty", Json::array());
        for (std::size_t i = 0; i < value.size(); ++i) {
            const auto inside = place + "[" + std::to_string(i) + "]";
            Json twice = value;
            twice.push_back(value[i]);
            replace(value, inside, "twice", twice);
            visit(value[i], inside);
        }
    }

    void replace(Json& value, const std::string& place, const std::string& what, Json other) {
        std::swap(value, other);
        found_.push_back({place, what, document_.dump()});
        std::swap(value, other);
    }

    Json document_;
    std::vector<JsonChange> found_;
};

}  // namespace

std::vector<JsonChange> json_changes(std::string_view json) { return Changes(Json::parse(json)).all(); }

}  // namespace world
