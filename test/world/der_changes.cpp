#include "test/world/der_changes.h"

#include <functional>
#include <stdexcept>
#include <utility>

#include "sigstore/der.h"

namespace world {
namespace {

namespace der = sigstore::der;

constexpr std::uint8_t kConstructed = 0x20;

struct Node {
    std::uint8_t tag = 0;
    base::Bytes content;  // where there are no children
    std::vector<Node> children;
    bool is_opened = false;
    int times = 1;
    bool has_long_length = false;
};

Node read(const der::Element& element);

bool open(Node& node, base::BytesView content) {
    std::vector<Node> children;
    for (der::Reader reader(content); !reader.at_end();) {
        const auto child = reader.next();
        if (!child) return false;
        children.push_back(read(*child));
    }
    node.children = std::move(children);
    return true;
}

Node read(const der::Element& element) {
    Node node;
    node.tag = element.tag;
    const bool wraps = element.tag == der::kOctetString && der::only(element.content, der::kSequence);
    node.is_opened = ((element.tag & kConstructed) != 0 || wraps) && open(node, element.content);
    if (!node.is_opened) node.content.assign(element.content.begin(), element.content.end());
    return node;
}

void write(const Node& node, base::Bytes& out) {
    base::Bytes content = node.content;
    for (const auto& child : node.children) write(child, content);
    auto element = der::encode(node.tag, content);
    if (node.has_long_length) {
        // One octet more than needed: 0x81 before a short length, or a leading zero behind a long one's count.
        if (element[1] < 0x80) {
            element.insert(element.begin() + 1, 0x81);
        } else {
            ++element[1];
            element.insert(element.begin() + 2, 0x00);
        }
    }
    for (int i = 0; i < node.times; ++i) der::append(out, element);
}

std::string hex(std::uint8_t byte) { return base::hex_encode(base::Bytes{byte}); }

class Changes {
public:
    explicit Changes(Node root) : root_(std::move(root)) {}
    std::vector<DerChange> all() {
        visit(root_, hex(root_.tag) + ".0");
        return std::move(found_);
    }

private:
    void visit(Node& node, const std::string& place) {
        with(node, place, "left out", [](Node& changed) { changed.times = 0; });
        with(node, place, "twice", [](Node& changed) { changed.times = 2; });
        with(node, place, "another tag", [](Node& changed) { changed.tag ^= 0x01; });
        with(node, place, "as [0]", [](Node& changed) {
            for (const auto& child : std::exchange(changed.children, {})) write(child, changed.content);
            changed.tag = der::context(0);
        });
        with(node, place, "a longer length", [](Node& changed) { changed.has_long_length = true; });
        if (!node.children.empty() || !node.content.empty())
            with(node, place, "empty", [](Node& changed) {
                changed.children.clear();
                changed.content.clear();
            });
        if (!node.is_opened) {
            with(node, place, "a byte more", [](Node& changed) { changed.content.push_back(0); });
            if (!node.content.empty()) {
                with(node, place, "first bit", [](Node& changed) { changed.content.front() ^= 0x80; });
                with(node, place, "last bit", [](Node& changed) { changed.content.back() ^= 0x01; });
            }
        }
        for (std::size_t i = 0; i < node.children.size(); ++i) {
            visit(node.children[i], place + "/" + hex(node.children[i].tag) + "." + std::to_string(i));
        }
    }

    void with(Node& node, const std::string& place, const std::string& what, const std::function<void(Node&)>& change) {
        const Node before = node;
        change(node);
        base::Bytes bytes;
        write(root_, bytes);
        found_.push_back({place, what, std::move(bytes)});
        node = before;
    }

    Node root_;
    std::vector<DerChange> found_;
};

}  // namespace

std::vector<DerChange> der_changes(base::BytesView der) {
    const auto element = der::Reader(der).next();
    if (!element || element->whole.size() != der.size()) throw std::invalid_argument("not one DER element");
    return Changes(read(*element)).all();
}

}  // namespace world
