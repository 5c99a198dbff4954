// A cursor over a structured field value: tokens, quoted strings and the blanks between them (RFC 9110 section 5.6).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace registry {

class FieldScanner {
public:
    explicit FieldScanner(std::string_view text) : rest_(text) {}

    FieldScanner& skip_blanks();              // SP and HTAB
    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    [[nodiscard]] bool take(char expected);   // false, and nothing taken, if another character is next
    [[nodiscard]] std::string_view token();   // 1*tchar; empty if none is next
    [[nodiscard]] std::optional<std::string> value();  // a token or a quoted string, unquoted; nullopt if neither or unterminated
    [[nodiscard]] std::optional<std::string_view> until(char end);  // up to and without `end`, which is taken
    // token68 = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=", but only if a comma or the end follows (RFC 9110 11.2).
    [[nodiscard]] bool skip_token68();

    [[nodiscard]] std::string_view rest() const { return rest_; }
    void reset(std::string_view rest) { rest_ = rest; }

private:
    std::optional<std::string> quoted();
    std::string_view rest_;
};

}  // namespace registry
