// [[upstream]]: each by itself, then all of them together, since a request must mean one upstream only (design 6 and
// 12).
#pragma once

#include <vector>

#include "proxy/config.h"
#include "proxy/config_table.h"

namespace proxy {

[[nodiscard]] std::vector<UpstreamSettings> read_upstreams(ConfigTable& root);

}  // namespace proxy
