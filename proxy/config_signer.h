// [[policy.signer]]: an identity is an issuer and a subject, each by glob or by regular expression, and neither may fit
// everybody.
#pragma once

#include <optional>

#include "proxy/config_table.h"
#include "proxy/policy.h"

namespace proxy {

// nullopt if anything was wrong with it.
[[nodiscard]] std::optional<SignerRule> read_signer(ConfigTable& signer);

}  // namespace proxy
