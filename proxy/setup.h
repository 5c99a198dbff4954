// From a checked configuration to the objects a gate runs with: trusted roots, TLS contexts, logs. Problems point at the line of the
// configuration that names what is wrong.
#pragma once

#include <memory>
#include <vector>

#include "http/server.h"
#include "proxy/app.h"
#include "proxy/shared_state.h"

namespace proxy {

// In the order of server.listen, then server.tls_listen.
[[nodiscard]] std::vector<http::Listener> make_listeners(const Config& config, Problems& problems);

// Null if it added a problem.
[[nodiscard]] std::unique_ptr<SharedState> make_shared_state(Config config, AppSinks sinks, base::Clock clock, Problems& problems);

}  // namespace proxy
