// The sections that stand alone: [server], [admin], [log], [clients], [trust.NAME]. Each takes the root table and
// returns what it could read; problems are in the table's source.
#pragma once

#include <vector>

#include "proxy/config.h"
#include "proxy/config_table.h"

namespace proxy {

[[nodiscard]] ServerSettings read_server(ConfigTable& root);
[[nodiscard]] AdminSettings read_admin(ConfigTable& root, const ServerSettings& server);
[[nodiscard]] CacheSettings read_cache(ConfigTable& root);
[[nodiscard]] LogSettings read_log(ConfigTable& root);
[[nodiscard]] ClientSettings read_clients(ConfigTable& root);
[[nodiscard]] std::vector<TrustSettings> read_trusts(ConfigTable& root);

}  // namespace proxy
