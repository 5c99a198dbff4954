#include "proxy/repository_pattern.h"

#include <algorithm>

#include "base/json_writer.h"

namespace proxy {
namespace {

constexpr std::size_t kLongest = 512;  // host 253, port 6, repository 255

// Lower case: registry hosts are folded and repository names have no upper case. Brackets and colons: IPv6 hosts and
// ports.
bool may_stand_in_a_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || std::string_view("._-/:[]*").find(c) != std::string_view::npos;
}

std::string problem_of(std::string_view text) {
    if (text.empty()) return "is empty";
    if (text.size() > kLongest) return "is longer than 512 bytes";
    if (!std::ranges::all_of(text, may_stand_in_a_name)) return "has a character that no image name has (names are lower case)";
    if (text.find("***") != std::string_view::npos) return "has more than two stars in a row";
    if (text.starts_with('/') || text.ends_with('/') || text.find("//") != std::string_view::npos) return "has an empty path segment";
    if (text.find('/') == std::string_view::npos && text.find("**") == std::string_view::npos)
        return "has no repository after the registry";
    return {};
}

std::size_t count_deep(std::string_view text) {
    std::size_t count = 0;
    for (auto at = text.find("**"); at != std::string_view::npos; at = text.find("**", at + 2)) ++count;
    return count;
}

}  // namespace

base::Result<RepositoryPattern> RepositoryPattern::parse(std::string_view text) {
    if (const auto problem = problem_of(text); !problem.empty()) {
        return base::fail(base::ErrorCode::invalid_input, base::json::quote(text) + " " + problem +
                                                              ", expected a glob over registry/repository, such as \"ghcr.io/acme/**\"");
    }
    if (text == "**") return RepositoryPattern(std::string(text), std::nullopt);
    TRY(auto matcher, sigstore::StringMatcher::glob(text));
    return RepositoryPattern(std::string(text), std::move(matcher));
}

RepositoryPattern::RepositoryPattern(std::string text, std::optional<sigstore::StringMatcher> matcher)
    : text_(std::move(text)),
      matcher_(std::move(matcher)),
      literal_prefix_(std::min(text_.find('*'), text_.size())),
      literals_(text_.size() - static_cast<std::size_t>(std::ranges::count(text_, '*'))),
      deep_wildcards_(count_deep(text_)) {}

bool RepositoryPattern::matches(std::string_view canonical_name) const { return !matcher_ || matcher_->matches(canonical_name); }

bool RepositoryPattern::more_specific_than(const RepositoryPattern& other) const {
    if (literal_prefix_ != other.literal_prefix_) return literal_prefix_ > other.literal_prefix_;
    if (literals_ != other.literals_) return literals_ > other.literals_;
    return deep_wildcards_ < other.deep_wildcards_;
}

}  // namespace proxy
