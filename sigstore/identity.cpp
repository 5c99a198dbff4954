#include "sigstore/identity.h"

#include <re2/re2.h>

#include <optional>

namespace sigstore {

namespace {

constexpr std::size_t kLongestPattern = 1024;
constexpr std::int64_t kMatcherMemory = 1 << 20;  // bytes; RE2 falls back to its slower, still linear matcher beyond it

base::Result<std::unique_ptr<const RE2>> compile(const std::string& expression, std::string_view written) {
    RE2::Options options(RE2::Quiet);
    options.set_max_mem(kMatcherMemory);
    auto compiled = std::make_unique<const RE2>(expression, options);
    if (compiled->ok()) return compiled;
    return base::fail(base::ErrorCode::invalid_input, "pattern \"" + std::string(written) + "\": " + compiled->error());
}

std::string expression_of_glob(std::string_view glob) {
    std::string expression;
    for (std::size_t i = 0; i < glob.size();) {
        if (glob[i] != '*') {
            const auto literal = glob.substr(i, glob.find('*', i) - i);
            expression += RE2::QuoteMeta(re2::StringPiece(literal.data(), literal.size()));
            i += literal.size();
        } else if (glob.substr(i).starts_with("**")) {
            expression += "(?s:.*)";
            i += 2;
        } else {
            expression += "[^/]*";
            i += 1;
        }
    }
    return expression;
}

base::Result<void> check_length(std::string_view pattern) {
    if (pattern.empty()) return base::fail(base::ErrorCode::invalid_input, "pattern: is empty");
    if (pattern.size() > kLongestPattern) {
        return base::fail(base::ErrorCode::invalid_input, "pattern: longer than " + std::to_string(kLongestPattern) + " bytes");
    }
    return {};
}

}  // namespace

struct StringMatcher::Compiled {
    std::string pattern;
    std::unique_ptr<const RE2> expression;  // null: the pattern is the text
};

base::Result<StringMatcher> StringMatcher::glob(std::string_view pattern) {
    TRY_VOID(check_length(pattern));
    if (pattern.find('*') == std::string_view::npos) return exact(pattern);
    // Only stars: every identity of every issuer would do, which nobody means to write.
    if (pattern.find_first_not_of('*') == std::string_view::npos) {
        return base::fail(base::ErrorCode::invalid_input, "pattern \"" + std::string(pattern) + "\": matches everything");
    }
    TRY(auto expression, compile(expression_of_glob(pattern), pattern));
    return StringMatcher(std::make_shared<const Compiled>(Compiled{std::string(pattern), std::move(expression)}));
}

base::Result<StringMatcher> StringMatcher::regex(std::string_view pattern) {
    TRY_VOID(check_length(pattern));
    TRY(auto expression, compile(std::string(pattern), pattern));
    // ".*", ".+" and their like are the mistake that this catches: no pattern for an identity matches nothing, or a
    // control byte.
    if (RE2::FullMatch("", *expression) || RE2::FullMatch("\x01", *expression)) {
        return base::fail(base::ErrorCode::invalid_input, "pattern \"" + std::string(pattern) + "\": matches everything");
    }
    return StringMatcher(std::make_shared<const Compiled>(Compiled{std::string(pattern), std::move(expression)}));
}

base::Result<StringMatcher> StringMatcher::exact(std::string_view text) {
    if (text.empty()) return base::fail(base::ErrorCode::invalid_input, "text: is empty");
    return StringMatcher(std::make_shared<const Compiled>(Compiled{std::string(text), nullptr}));
}

bool StringMatcher::matches(std::string_view text) const {
    if (compiled_->expression == nullptr) return text == compiled_->pattern;
    return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *compiled_->expression);
}

const std::string& StringMatcher::pattern() const { return compiled_->pattern; }

}  // namespace sigstore
