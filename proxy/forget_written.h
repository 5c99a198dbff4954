// What a write through this gate makes untrue in its memory. Writes that go to the registry past the gate are noticed by time only:
// tag_ttl, negative_ttl, evidence_ttl.
#pragma once

#include "proxy/shared_state.h"
#include "registry/manifest.h"
#include "registry/route.h"

namespace proxy {

// After a PUT or DELETE of a manifest, whatever the upstream answered: it may have done it. `pushed` is null for DELETE.
void forget_written(SharedState& shared, const std::string& canonical, const registry::ManifestRoute& route, const registry::Manifest* pushed);

}  // namespace proxy
