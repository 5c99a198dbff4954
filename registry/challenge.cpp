#include "registry/challenge.h"

#include "registry/field_value.h"

namespace registry {
namespace {

constexpr std::size_t kValueLimit = 16 * 1024;
constexpr std::size_t kChallengeLimit = 8;
constexpr std::size_t kParameterLimit = 16;

std::unexpected<base::Error> refuse(std::string_view message) {
    return base::fail(base::ErrorCode::invalid_input, "WWW-Authenticate: " + std::string(message));
}

// After a comma stands either the next parameter (token BWS "=") or the next challenge (token, then a blank, a comma or the end).
base::Result<bool> read_parameter(FieldScanner& scanner, Challenge& challenge) {
    const auto before = scanner.rest();
    const auto name = scanner.token();
    if (name.empty() || !scanner.skip_blanks().take('=')) {
        scanner.reset(before);
        return false;
    }
    auto value = scanner.skip_blanks().value();
    if (!value) return refuse("a parameter without a value");
    if (challenge.parameters.size() == kParameterLimit) return refuse("more than 16 parameters");
    for (const auto& [known, ignored] : challenge.parameters) {
        if (http::names_equal(known, name)) return refuse("a parameter is repeated");
    }
    challenge.parameters.emplace_back(name, *std::move(value));
    return true;
}

bool skip_commas(FieldScanner& scanner) {
    bool any = false;
    while (scanner.skip_blanks().take(',')) any = true;
    return any;
}

base::Result<Challenge> read_challenge(FieldScanner& scanner) {
    Challenge challenge;
    challenge.scheme = scanner.token();
    if (challenge.scheme.empty()) return refuse("expected a scheme");
    if (scanner.skip_blanks().at_end() || scanner.rest().starts_with(',') || scanner.skip_token68()) {
        skip_commas(scanner);
        return challenge;
    }
    TRY(auto more, read_parameter(scanner, challenge));
    if (!more) return refuse("expected a parameter after the scheme");
    while (more) {
        if (!skip_commas(scanner) && !scanner.at_end()) return refuse("expected a comma");
        TRY(more, read_parameter(scanner, challenge));
    }
    return challenge;
}

}  // namespace

std::string_view Challenge::parameter(std::string_view name) const {
    for (const auto& [known, value] : parameters) {
        if (http::names_equal(known, name)) return value;
    }
    return {};
}

base::Result<std::vector<Challenge>> parse_challenges(std::string_view value) {
    if (value.size() > kValueLimit) return refuse("longer than 16 KiB");
    std::vector<Challenge> result;
    FieldScanner scanner(value);
    skip_commas(scanner);
    while (!scanner.at_end()) {
        if (result.size() == kChallengeLimit) return refuse("more than 8 challenges");
        TRY(auto challenge, read_challenge(scanner));
        result.push_back(std::move(challenge));
    }
    return result;
}

}  // namespace registry
