// Matching a signer: issuer and subject, each exactly, by glob or by RE2; always the whole text
// (sigstore-verification 8.3, the trap).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sigstore {

// Immutable and thread-safe; copies share the compiled pattern.
class StringMatcher {
public:
    // Glob: "*" stays inside a path segment (does not match "/"), "**" matches anything, "?" is literal, there is no
    // escape. A text without "*" is an exact match. Refused: empty, or a pattern that matches everything.
    [[nodiscard]] static base::Result<StringMatcher> glob(std::string_view pattern);
    // RE2, full match, bounded memory. Refused: what does not compile, what matches the empty text or a lone control
    // byte (".*", ".+"), more than 1 024 bytes.
    [[nodiscard]] static base::Result<StringMatcher> regex(std::string_view pattern);
    [[nodiscard]] static base::Result<StringMatcher> exact(std::string_view text);

    [[nodiscard]] bool matches(std::string_view text) const;
    [[nodiscard]] const std::string& pattern() const;  // as written

private:
    struct Compiled;
    explicit StringMatcher(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
    std::shared_ptr<const Compiled> compiled_;
};

struct IdentityRule {  // both needed, by construction
    StringMatcher issuer;
    StringMatcher subject;
    [[nodiscard]] bool matches(std::string_view signer_issuer, std::string_view signer_subject) const {
        return issuer.matches(signer_issuer) && subject.matches(signer_subject);
    }
};

}  // namespace sigstore
