// Who may do what. Nothing is permitted without a grant (design 6). In this version every client is anonymous, so a
// grant needs no `who`.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "proxy/repository_pattern.h"

namespace proxy {

enum class ClientAction {
    pull,
    push,
    remove,           // "delete"
    read_unverified,  // signers and scanners: manifests are served whatever the policy says, and logged so
};

[[nodiscard]] std::string_view to_string(ClientAction action);  // as in the configuration
[[nodiscard]] std::optional<ClientAction> parse_client_action(std::string_view text);

struct Grant {
    std::vector<RepositoryPattern> repositories;
    std::vector<ClientAction> actions;
};

class Grants {
public:
    explicit Grants(std::vector<Grant> grants) : grants_(std::move(grants)) {}
    [[nodiscard]] bool permits(ClientAction action, std::string_view canonical_name) const;
    // True if any repository may be read or written: what GET /v2/ answers depends on it.
    [[nodiscard]] bool permits_anything() const { return !grants_.empty(); }

private:
    std::vector<Grant> grants_;
};

}  // namespace proxy
