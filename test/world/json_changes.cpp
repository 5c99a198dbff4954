#include "test/world/json_changes.h"

#include <cstdint>
#include <stdexcept>
#include <utility>

#include "base/json_writer.h"
#include "base/strict_json.h"

namespace world {
namespace {

namespace json = base::json;

// A value that can be changed and written.
struct Node {
    enum class Kind { literal, number, text, object, list };
    explicit Node(Kind what, std::string letters = {}, std::int64_t value = 0) : kind(what), text(std::move(letters)), number(value) {}
    Kind kind;
    std::string text;  // of a literal as it is written; of a text its letters
    std::int64_t number;
    std::vector<std::string> names;  // of an object's members, which are its items
    std::vector<Node> items;
};

Node literal(std::string text) { return Node(Node::Kind::literal, std::move(text)); }
Node number(std::int64_t value) { return Node(Node::Kind::number, {}, value); }
Node text(std::string letters) { return Node(Node::Kind::text, std::move(letters)); }
Node object() { return Node(Node::Kind::object); }
Node list() { return Node(Node::Kind::list); }

Node read(const json::Value& value) {
    if (value.is_null()) return literal("null");
    if (const auto* const flag = value.as<bool>()) return literal(*flag ? "true" : "false");
    if (const auto* const integer = value.as<std::int64_t>()) return number(*integer);
    if (const auto* const letters = value.as<std::string>()) return text(*letters);
    if (const auto* const members = value.as<json::Object>()) {
        auto node = object();
        for (const auto& [name, member] : *members) {
            node.names.push_back(name);
            node.items.push_back(read(member));
        }
        return node;
    }
    if (const auto* const items = value.as<json::Array>()) {
        auto node = list();
        for (const auto& item : *items) node.items.push_back(read(item));
        return node;
    }
    throw std::invalid_argument("a number that no document of Sigstore has");
}

std::string written(const Node& node) {
    switch (node.kind) {
        case Node::Kind::literal: return node.text;
        case Node::Kind::number: return std::to_string(node.number);
        case Node::Kind::text: return json::quote(node.text);
        case Node::Kind::object: {
            json::ObjectWriter writer;
            for (std::size_t i = 0; i < node.items.size(); ++i) writer.add_raw(node.names[i], written(node.items[i]));
            return writer.text();
        }
        case Node::Kind::list: {
            json::ArrayWriter writer;
            for (const auto& item : node.items) writer.add_raw(written(item));
            return writer.text();
        }
    }
    std::unreachable();
}

// One letter of base64, of hex or of a number becomes another one of these.
char other_letter(char c) {
    if (c >= '0' && c < '9') return static_cast<char>(c + 1);
    return c == 'a' ? 'b' : 'a';
}

class Changes {
public:
    explicit Changes(Node document) : document_(std::move(document)) {}
    std::vector<JsonChange> all() {
        visit(document_, "");
        return std::move(found_);
    }

private:
    void visit(Node& node, const std::string& place) {
        replace(node, place, "null", literal("null"));
        switch (node.kind) {
            case Node::Kind::literal: replace(node, place, "the opposite", literal(node.text == "true" ? "false" : "true")); break;
            case Node::Kind::number: visit_number(node, place); break;
            case Node::Kind::text: visit_text(node, place); break;
            case Node::Kind::object: visit_members(node, place); break;
            case Node::Kind::list: visit_items(node, place); break;
        }
    }

    void visit_text(Node& node, const std::string& place) {
        const auto letters = node.text;
        replace(node, place, "another type", number(7));
        replace(node, place, "a letter more", text(letters + "A"));
        replace(node, place, "a blank more", text(letters + " "));
        if (!letters.empty()) replace(node, place, "empty", text(""));
        const auto last = letters.find_last_not_of("=\n ");
        if (last == std::string::npos) return;
        auto changed = letters;
        changed.front() = other_letter(changed.front());
        replace(node, place, "first letter", text(changed));
        changed = letters;
        changed[last] = other_letter(changed[last]);
        replace(node, place, "last letter", text(changed));
    }

    void visit_number(Node& node, const std::string& place) {
        replace(node, place, "another type", text(std::to_string(node.number)));
        replace(node, place, "one more", number(node.number + 1));
        replace(node, place, "negative", number(-1));
    }

    void visit_members(Node& node, const std::string& place) {
        replace(node, place, "another type", list());
        if (!node.items.empty()) replace(node, place, "empty", object());
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            const auto inside = place.empty() ? node.names[i] : place + "." + node.names[i];
            const auto index = static_cast<std::ptrdiff_t>(i);
            auto without = node;
            without.names.erase(without.names.begin() + index);
            without.items.erase(without.items.begin() + index);
            replace(node, inside, "left out", std::move(without));
            visit(node.items[i], inside);
        }
    }

    void visit_items(Node& node, const std::string& place) {
        replace(node, place, "another type", object());
        if (!node.items.empty()) replace(node, place, "empty", list());
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            const auto inside = place + "[" + std::to_string(i) + "]";
            auto twice = node;
            twice.items.push_back(node.items[i]);
            replace(node, inside, "twice", std::move(twice));
            visit(node.items[i], inside);
        }
    }

    void replace(Node& node, const std::string& place, const std::string& what, Node other) {
        std::swap(node, other);
        found_.push_back({place, what, written(document_)});
        std::swap(node, other);
    }

    Node document_;
    std::vector<JsonChange> found_;
};

}  // namespace

std::vector<JsonChange> json_changes(std::string_view document) {
    const auto parsed = json::parse(document);
    if (!parsed) throw std::invalid_argument(parsed.error().message());
    return Changes(read(*parsed)).all();
}

}  // namespace world
