#include "registry/url.h"

#include <algorithm>
#include <vector>

namespace registry {
namespace {

constexpr std::size_t kUrlLimit = 8 * 1024;

// Unreserved, reserved and "%" (RFC 3986 sections 2.1 to 2.3), without the brackets of IP literals, which only an authority has.
bool is_url_character(char c) {
    constexpr std::string_view kOthers = "-._~:/?@!$&'()*+,;=%";
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || kOthers.find(c) != std::string_view::npos;
}

std::unexpected<base::Error> refuse(std::string_view message) {
    return base::fail(base::ErrorCode::invalid_input, "url: " + std::string(message));
}

bool has_scheme(std::string_view text) {
    const auto end = text.find_first_of(":/?");
    return end != std::string_view::npos && end > 0 && text[end] == ':';
}

bool starts_without_case(std::string_view text, std::string_view prefix) {
    const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; };
    return text.size() >= prefix.size() && std::ranges::equal(text.substr(0, prefix.size()), prefix, same);
}

// RFC 3986 section 5.2.4, over segments. `path` starts with "/".
std::string remove_dot_segments(std::string_view path) {
    std::vector<std::string_view> kept;
    bool directory = false;
    for (path.remove_prefix(1);;) {
        const auto slash = path.find('/');
        const auto segment = path.substr(0, slash);
        directory = segment == "." || segment == "..";
        if (segment == ".." && !kept.empty()) kept.pop_back();
        if (!directory) kept.push_back(segment);
        if (slash == std::string_view::npos) break;
        path.remove_prefix(slash + 1);
    }
    std::string result;
    for (const auto segment : kept) result.append("/").append(segment);
    if (directory || result.empty()) result.push_back('/');
    return result;
}

// From the path on: "", "/path", "/path?query" or "?query".
base::Result<std::string> make_target(std::string_view text) {
    if (!std::ranges::all_of(text, is_url_character)) return refuse("a character that must be escaped");
    const auto question = text.find('?');
    const auto path = text.substr(0, question);
    const auto query = question == std::string_view::npos ? std::string_view() : text.substr(question);
    return remove_dot_segments(path.empty() ? "/" : path) + std::string(query);
}

std::string_view without_fragment(std::string_view text) { return text.substr(0, text.find('#')); }

// The directory of the base path, with its last slash (RFC 3986 section 5.2.3).
std::string merge(const Url& base_url, std::string_view reference) {
    const auto path = base_url.path();
    return std::string(path.substr(0, path.rfind('/') + 1)) + std::string(reference);
}

}  // namespace

std::string_view Url::path() const { return std::string_view(target).substr(0, target.find('?')); }

std::string_view Url::query() const {
    const auto question = target.find('?');
    return question == std::string::npos ? std::string_view() : std::string_view(target).substr(question + 1);
}

base::Result<Url> parse_url(std::string_view text) {
    if (text.size() > kUrlLimit) return refuse("longer than 8 KiB");
    text = without_fragment(text);
    constexpr std::string_view kHttp = "http://";
    constexpr std::string_view kHttps = "https://";
    const bool secure = starts_without_case(text, kHttps);
    if (!secure && !starts_without_case(text, kHttp)) return refuse("expected http:// or https://");
    text.remove_prefix(secure ? kHttps.size() : kHttp.size());
    const auto end = text.find_first_of("/?");
    const auto authority = text.substr(0, end);
    if (authority.find('@') != std::string_view::npos) return refuse("user information is not allowed");
    TRY(auto origin, http::Origin::parse(std::string(secure ? kHttps : kHttp) + std::string(authority)));
    TRY(auto target, make_target(end == std::string_view::npos ? std::string_view() : text.substr(end)));
    return Url{std::move(origin), std::move(target)};
}

base::Result<Url> resolve(const Url& base_url, std::string_view reference) {
    if (reference.size() > kUrlLimit) return refuse("longer than 8 KiB");
    reference = without_fragment(reference);
    if (has_scheme(reference)) return parse_url(reference);
    if (reference.starts_with("//")) return parse_url((base_url.origin.tls() ? "https:" : "http:") + std::string(reference));
    if (reference.empty()) return base_url;
    std::string full;
    if (reference.starts_with('/')) {
        full = reference;
    } else if (reference.starts_with('?')) {
        full = std::string(base_url.path()) + std::string(reference);
    } else {
        full = merge(base_url, reference);
    }
    TRY(auto target, make_target(full));
    return Url{base_url.origin, std::move(target)};
}

}  // namespace registry
