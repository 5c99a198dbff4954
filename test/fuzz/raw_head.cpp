#include "test/fuzz/raw_head.h"

#include <algorithm>
#include <array>

#include "http/grammar.h"
#include "http/head.h"
#include "test/fuzz/property.h"

namespace fuzz {
namespace {

using Verdict = base::Result<std::optional<std::size_t>>;

bool same(const Verdict& a, const Verdict& b) {
    if (a.has_value() != b.has_value()) return false;
    return a ? *a == *b : a.error().message() == b.error().message();
}

// Until there is a verdict, as Input::read_head does.
Verdict scan_pieces(std::string_view received, std::size_t piece) {
    http::HeadScanner scanner;
    for (std::size_t size = std::min(piece, received.size());; size = std::min(size + piece, received.size())) {
        const auto verdict = scanner.scan(received.substr(0, size));
        if (!verdict || *verdict || size == received.size()) return verdict;
    }
}

}  // namespace

std::optional<std::string_view> scan_head(std::string_view received) {
    const auto whole = http::HeadScanner().scan(received);
    require(same(whole, scan_pieces(received, 1)), "a head that arrives byte by byte is the head that arrives at once");
    const auto piece = static_cast<std::size_t>(number_of(received) % (received.size() + 1)) + 1;
    require(same(whole, scan_pieces(received, piece)), "a head that arrives in two pieces is the head that arrives at once");
    if (!whole || !*whole) return std::nullopt;
    require(**whole <= received.size(), "a head is no longer than what arrived");
    const auto head = received.substr(0, **whole);
    require(head.ends_with("\r\n\r\n") && head.find("\r\n\r\n") + 4 == head.size(), "a head ends at its first blank line");
    require(!http::HeadScanner().scan(head.substr(0, head.size() - 1)).value(), "a head without its last byte is not complete");
    return head;
}

std::size_t lines_named(std::string_view head, std::string_view name) {
    std::size_t count = 0;
    for (auto start = head.find("\r\n"); start != std::string_view::npos; start = head.find("\r\n", start + 2)) {
        const auto line = head.substr(start + 2, head.find("\r\n", start + 2) - start - 2);
        const auto colon = line.find(':');
        if (colon != std::string_view::npos && http::names_equal(http::trim_whitespace(line.substr(0, colon)), name)) ++count;
    }
    return count;
}

std::vector<http::Headers::Field> relayed_fields(const http::Headers& headers) {
    constexpr std::array<std::string_view, 3> kOfTheWriter = {"host", "content-length", "date"};
    std::vector<http::Headers::Field> fields;
    for (const auto& field : headers.fields()) {
        if (std::ranges::none_of(kOfTheWriter, [&](auto name) { return http::names_equal(name, field.first); })) fields.push_back(field);
    }
    return fields;
}

void check_fields(const http::Headers& headers) {
    constexpr std::array<std::string_view, 7> kNeverLeft = {"connection", "transfer-encoding",   "upgrade", "te",
                                                            "trailer",    "proxy-authorization", "close"};
    for (const auto name : kNeverLeft) require(!headers.get(name), "hop-by-hop fields are removed");
    for (const auto& [name, value] : headers.fields()) {
        require(http::is_token(name), "a field name is a token");
        require(std::ranges::none_of(value, [](char c) { return c == '\r' || c == '\n' || c == '\0'; }), "a value stays in its line");
        require(http::trim_whitespace(value) == value, "a value has no white space around it");
    }
}

}  // namespace fuzz
