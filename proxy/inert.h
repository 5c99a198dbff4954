// Unsigned objects that may be read because their content proves that nothing can run them (oci-proxying 5.4, rules S and X), and blobs
// that may not be read because they are manifests (2.6). Tags, artifact types, `subject` and layer types prove nothing by themselves.
#pragma once

#include "base/bytes.h"
#include "base/time.h"
#include "http/async.h"
#include "registry/manifest.h"
#include "registry/upstream.h"

namespace proxy {

// Rule X: the referrers fallback index under its own tag, sha256-<64 hex>, is a list; each child is judged on its own.
[[nodiscard]] bool is_fallback_index(const registry::Reference& reference, const registry::Manifest& manifest);

// The structural half of rule S: an OCI image manifest whose config is the two bytes {} of the empty type, with a subject, a bundle
// artifact type, and 1 to 8 distinct bundle layers of bounded size without urls.
[[nodiscard]] bool has_shape_of_bundle_artifact(const registry::Manifest& manifest);

// The other half: every layer, fetched, hashed and read on a worker, parses as a Sigstore bundle. Errors `unavailable` and `timed_out`:
// could not look.
http::Async<void> prove_bundle_layers(registry::Upstream& upstream, http::asio::thread_pool& workers, registry::RepositoryName repository,
                                      std::vector<registry::Descriptor> layers, base::Deadline deadline);

// True if any reader could take these bytes for a manifest. Lax on purpose, like the laxest client: a JSON object with a member that
// folds to schemaVersion, layers, manifests or fsLayers, or an object that we cannot read at all.
[[nodiscard]] bool reads_as_manifest(base::BytesView content);
// The same of a piece that begins later than the blob's first byte, where any byte may come first, a brace too: only what really parses.
[[nodiscard]] bool piece_reads_as_manifest(base::BytesView content);

}  // namespace proxy
