#include "registry/field_value.h"

namespace registry {
namespace {

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_token_character(char c) {
    constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
    return is_alphanumeric(c) || kOthers.find(c) != std::string_view::npos;
}
bool is_token68_character(char c) {
    constexpr std::string_view kOthers = "-._~+/";
    return is_alphanumeric(c) || kOthers.find(c) != std::string_view::npos;
}

template <typename Predicate>
std::size_t count_while(std::string_view text, Predicate predicate) {
    std::size_t count = 0;
    while (count < text.size() && predicate(text[count])) ++count;
    return count;
}

}  // namespace

FieldScanner& FieldScanner::skip_blanks() {
    rest_.remove_prefix(count_while(rest_, [](char c) { return c == ' ' || c == '\t'; }));
    return *this;
}

bool FieldScanner::take(char expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(1);
    return true;
}

std::string_view FieldScanner::token() {
    const auto size = count_while(rest_, is_token_character);
    const auto result = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return result;
}

std::optional<std::string> FieldScanner::value() {
    if (rest_.starts_with('"')) return quoted();
    const auto text = token();
    if (text.empty()) return std::nullopt;
    return std::string(text);
}

std::optional<std::string> FieldScanner::quoted() {
    std::string result;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
        if (rest_[i] == '"') {
            rest_.remove_prefix(i + 1);
            return result;
        }
        if (rest_[i] == '\\' && ++i == rest_.size()) break;
        result.push_back(rest_[i]);
    }
    return std::nullopt;
}

std::optional<std::string_view> FieldScanner::until(char end) {
    const auto position = rest_.find(end);
    if (position == std::string_view::npos) return std::nullopt;
    const auto result = rest_.substr(0, position);
    rest_.remove_prefix(position + 1);
    return result;
}

bool FieldScanner::skip_token68() {
    auto size = count_while(rest_, is_token68_character);
    if (size == 0) return false;
    size += count_while(rest_.substr(size), [](char c) { return c == '='; });
    FieldScanner after(rest_.substr(size));
    if (!after.skip_blanks().at_end() && !after.rest().starts_with(',')) return false;
    rest_ = after.rest();
    return true;
}

}  // namespace registry
