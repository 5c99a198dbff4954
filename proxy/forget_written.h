// What a write through this gate makes untrue in its memory, and for those who are asking just now. Writes that go to the registry past
// the gate are noticed by time only: tag_ttl, negative_ttl, evidence_ttl.
#pragma once

#include "proxy/shared_state.h"
#include "registry/manifest.h"
#include "registry/route.h"

namespace proxy {

// False only where the upstream says that it has not done what it was asked for (RFC 9110 section 15.5): whoever may not write must not
// be able to empty the memory. 408 and 409 say nothing about it.
[[nodiscard]] bool may_be_written(const base::Result<http::ClientResponse>& answer);

// After the PUT of a manifest that may be written.
void forget_pushed(SharedState& shared, const std::string& canonical, const registry::ManifestRoute& route,
                   const registry::Manifest& pushed);

// After the DELETE of a manifest, a tag or a blob that may be gone. What was deleted may be a signature, or what a signature is made of, or
// an index that lends: all that is known of the repository is forgotten. Deletions are rare.
void forget_deleted(SharedState& shared, const std::string& canonical);

}  // namespace proxy
