#include "proxy/grants.h"

#include <algorithm>
#include <array>
#include <utility>

namespace proxy {
namespace {

constexpr std::array<std::pair<ClientAction, std::string_view>, 4> kActions = {{
    {ClientAction::pull, "pull"},
    {ClientAction::push, "push"},
    {ClientAction::remove, "delete"},
    {ClientAction::read_unverified, "read-unverified"},
}};

bool covers(const Grant& grant, ClientAction action, std::string_view canonical_name) {
    return std::ranges::find(grant.actions, action) != grant.actions.end() &&
           std::ranges::any_of(grant.repositories,
                               [canonical_name](const RepositoryPattern& pattern) { return pattern.matches(canonical_name); });
}

}  // namespace

std::string_view to_string(ClientAction action) {
    return std::ranges::find(kActions, action, &decltype(kActions)::value_type::first)->second;
}

std::optional<ClientAction> parse_client_action(std::string_view text) {
    const auto found = std::ranges::find(kActions, text, &decltype(kActions)::value_type::second);
    if (found == kActions.end()) return std::nullopt;
    return found->first;
}

bool Grants::permits(ClientAction action, std::string_view canonical_name) const {
    return std::ranges::any_of(grants_, [&](const Grant& grant) { return covers(grant, action, canonical_name); });
}

}  // namespace proxy
