#include "registry/names.h"

#include <algorithm>

namespace registry {
namespace {

constexpr std::size_t kNameLimit = 255;  // many clients cap host and name together at this
constexpr std::size_t kTagLimit = 128;

bool is_name_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// (\.|_|__|-+), whole.
bool is_separator(std::string_view text) {
    if (text == "." || text == "_" || text == "__") return true;
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c == '-'; });
}

// [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*
bool is_path_component(std::string_view text) {
    if (text.empty() || !is_name_letter(text.front()) || !is_name_letter(text.back())) return false;
    for (std::size_t i = 0; i < text.size();) {
        if (is_name_letter(text[i])) {
            ++i;
            continue;
        }
        const auto start = i;
        while (i < text.size() && !is_name_letter(text[i])) ++i;
        if (!is_separator(text.substr(start, i - start))) return false;
    }
    return true;
}

bool is_tag_character(char c) { return is_name_letter(c) || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '-'; }

}  // namespace

base::Result<RepositoryName> RepositoryName::parse(std::string_view text) {
    if (text.empty() || text.size() > kNameLimit) {
        return base::fail(base::ErrorCode::invalid_input, "repository name: expected 1 to 255 characters");
    }
    for (auto rest = text;;) {
        const auto slash = rest.find('/');
        if (!is_path_component(rest.substr(0, slash))) {
            return base::fail(
                base::ErrorCode::invalid_input,
                "repository name: expected lower-case letters and digits, single . _ __ or dashes between them, and / between components");
        }
        if (slash == std::string_view::npos) break;
        rest.remove_prefix(slash + 1);
    }
    return RepositoryName(std::string(text));
}

base::Result<Tag> Tag::parse(std::string_view text) {
    const bool length = !text.empty() && text.size() <= kTagLimit;
    if (!length || !std::ranges::all_of(text, is_tag_character) || text.front() == '.' || text.front() == '-') {
        return base::fail(base::ErrorCode::invalid_input, "tag: expected [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}");
    }
    return Tag(std::string(text));
}

// A tag cannot contain ':', so the two grammars never meet; an unknown algorithm is a bad digest and never a tag (1.2).
base::Result<Reference> Reference::parse(std::string_view text) {
    if (text.find(':') != std::string_view::npos) {
        TRY(auto digest, base::Digest::parse(text));
        return Reference(std::move(digest));
    }
    TRY(auto tag, Tag::parse(text));
    return Reference(std::move(tag));
}

std::string Reference::text() const {
    if (const auto* named = tag()) return named->text();
    return digest()->to_string();
}

// The encoded part is cut to 64 characters (distribution spec, "Referrers Tag Schema"), which matters for sha512 only.
Tag referrers_tag(const base::Digest& subject) {
    constexpr std::size_t kEncodedLimit = 64;
    const std::string algorithm = subject.algorithm() == base::HashAlgorithm::sha512 ? "sha512-" : "sha256-";
    return Tag::parse(algorithm + subject.hex().substr(0, kEncodedLimit)).value();
}

}  // namespace registry
