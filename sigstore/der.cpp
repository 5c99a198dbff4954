#include "sigstore/der.h"

#include <vector>

namespace sigstore::der {

namespace {

struct Length {
    std::size_t value;
    std::size_t octets;  // of the length field itself
};

// At least one byte.
std::optional<Length> read_length(base::BytesView bytes) {
    if (bytes.front() < 0x80) return Length{bytes.front(), 1};
    const std::size_t count = bytes.front() & 0x7F;
    // 0x80 is the indefinite form of BER; four octets are 4 GiB, more than anything here may have.
    if (count == 0 || count > 4 || bytes.size() < 1 + count || bytes[1] == 0) return std::nullopt;
    std::size_t value = 0;
    for (std::size_t i = 1; i <= count; ++i) value = value << 8 | bytes[i];
    if (value < 0x80) return std::nullopt;  // the short form was possible
    return Length{value, 1 + count};
}

}  // namespace

std::optional<Element> Reader::next() {
    if (rest_.size() < 2 || (rest_.front() & 0x1F) == 0x1F) return std::nullopt;
    const auto length = read_length(rest_.subspan(1));
    if (!length) return std::nullopt;
    const auto head = 1 + length->octets;
    if (length->value > rest_.size() - head) return std::nullopt;
    const Element element{rest_.front(), rest_.subspan(head, length->value), rest_.first(head + length->value)};
    rest_ = rest_.subspan(element.whole.size());
    return element;
}

std::optional<Element> Reader::next(std::uint8_t tag) {
    if (!at(tag)) return std::nullopt;
    return next();
}

std::optional<base::BytesView> only(base::BytesView bytes, std::uint8_t tag) {
    Reader reader(bytes);
    const auto element = reader.next(tag);
    if (!element || !reader.at_end()) return std::nullopt;
    return element->content;
}

bool is_strict(base::BytesView element) {
    constexpr std::uint8_t kConstructed = 0x20;
    constexpr std::size_t kMostLevels = 64;
    std::vector<Reader> open{Reader(element)};
    while (!open.empty()) {
        if (open.back().at_end()) {
            open.pop_back();
            continue;
        }
        const auto next = open.back().next();
        if (!next || (open.size() == 1 && !open.back().at_end())) return false;
        if ((next->tag & kConstructed) == 0) continue;
        if (open.size() > kMostLevels) return false;
        open.emplace_back(next->content);
    }
    return !element.empty();
}

base::Bytes encode(std::uint8_t tag, base::BytesView content) {
    base::Bytes out{tag};
    if (content.size() < 0x80) {
        out.push_back(static_cast<std::uint8_t>(content.size()));
    } else {
        base::Bytes octets;
        for (auto rest = content.size(); rest > 0; rest >>= 8) octets.insert(octets.begin(), static_cast<std::uint8_t>(rest));
        out.push_back(static_cast<std::uint8_t>(0x80 | octets.size()));
        append(out, octets);
    }
    append(out, content);
    return out;
}

void append(base::Bytes& out, base::BytesView part) { out.insert(out.end(), part.begin(), part.end()); }

}  // namespace sigstore::der
