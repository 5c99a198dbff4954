#include "proxy/config_signer.h"

#include <algorithm>
#include <array>

#include "proxy/config_values.h"

namespace proxy {
namespace {

// Identities that nobody can have (RFC 2606 section 2, ".invalid"). A pattern that fits one of them fits strangers:
// "*", "**@**", ".+", "https://.*". sigstore::StringMatcher refuses only what fits the empty text or everything.
constexpr std::array<std::string_view, 4> kStrangers = {
    "nobody@countersign.invalid",
    "https://countersign.invalid",
    "https://countersign.invalid/nobody/nothing/.github/workflows/none.yml@refs/heads/none",
    "spiffe://countersign.invalid/ns/nothing/sa/nobody",
};

base::Result<sigstore::StringMatcher> named_ones_only(base::Result<sigstore::StringMatcher> matcher) {
    if (!matcher) return matcher;
    const auto stranger = std::ranges::find_if(kStrangers, [&matcher](std::string_view text) { return matcher->matches(text); });
    if (stranger == kStrangers.end()) return matcher;
    return base::fail(base::ErrorCode::invalid_input, "matches everything of its kind (for one, " + std::string(*stranger) +
                                                          "), expected a pattern that names whom to trust");
}

base::Result<sigstore::StringMatcher> parse_glob(std::string_view text) { return named_ones_only(sigstore::StringMatcher::glob(text)); }

base::Result<sigstore::StringMatcher> parse_regex(std::string_view text) { return named_ones_only(sigstore::StringMatcher::regex(text)); }

std::optional<sigstore::StringMatcher> read_matcher(ConfigTable& signer, const std::string& key) {
    const std::string regex_key = key + "_regex";
    auto glob = signer.parsed(key, parse_glob);
    auto regex = signer.parsed(regex_key, parse_regex);
    if (!signer.has(key) && !signer.has(regex_key))
        signer.require(key, key + " or " + regex_key + ": a signer needs both issuer and subject");
    if (signer.has(key) && signer.has(regex_key)) {
        signer.problem(signer.where(regex_key), regex_key + ": stands beside " + key + ", expected one of the two");
        return std::nullopt;
    }
    return glob ? glob : regex;
}

}  // namespace

std::optional<SignerRule> read_signer(ConfigTable& signer) {
    signer.require("name", "a name for log lines");
    auto name = signer.parsed("name", parse_label);
    auto issuer = read_matcher(signer, "issuer");
    auto subject = read_matcher(signer, "subject");
    signer.finish();
    if (!name || !issuer || !subject) return std::nullopt;
    return SignerRule{*std::move(name), sigstore::IdentityRule{*std::move(issuer), *std::move(subject)}};
}

}  // namespace proxy
