// Reads the trusted roots that a configuration names. Apart from load_config, so that serving can do it again when only
// they change.
#pragma once

#include <expected>

#include "proxy/config.h"
#include "proxy/trust_store.h"

namespace proxy {

// All of them, or every problem, each pointing at the line that names the file.
[[nodiscard]] std::expected<TrustStore, Problems> load_trust(const Config& config);

}  // namespace proxy
