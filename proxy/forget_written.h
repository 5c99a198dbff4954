// What a write through this gate makes untrue in its memory, and for those who are asking just now. Writes that go to the registry past
// the gate are noticed by time only: tag_ttl, negative_ttl, evidence_ttl.
#pragma once

#include "proxy/shared_state.h"
#include "registry/manifest.h"
#include "registry/route.h"

namespace proxy {

// After the PUT of a manifest, whatever the upstream answered: it may have done it.
void forget_pushed(SharedState& shared, const std::string& canonical, const registry::ManifestRoute& route,
                   const registry::Manifest& pushed);

// After the DELETE of a manifest, a tag or a blob. What was deleted may be a signature, or what a signature is made of, or an index that
// lends: all that is known of the repository is forgotten. Deletions are rare.
void forget_deleted(SharedState& shared, const std::string& canonical);

}  // namespace proxy
