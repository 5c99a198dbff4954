// [[policy]], [[policy.signer]] and [default] (design 7).
#pragma once

#include <vector>

#include "proxy/config.h"
#include "proxy/config_table.h"

namespace proxy {

[[nodiscard]] std::vector<PolicyRule> read_policies(ConfigTable& root, const std::vector<TrustSettings>& trusts);
[[nodiscard]] PolicyAction read_default_action(ConfigTable& root);

}  // namespace proxy
