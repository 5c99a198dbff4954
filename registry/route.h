// From method and target to one of the endpoints of oci-proxying 1.3, and nothing else: what has no row here does not exist.
// Upstream requests are built from the parsed parts, never from the target that came in (2.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "registry/api_error.h"
#include "registry/names.h"

namespace registry {

struct PingRoute {};                                                   // /v2/
struct ManifestRoute {
    RepositoryName repository;
    Reference reference;
    std::vector<Tag> extra_tags;
};  // ?tag= on PUT
struct BlobRoute {
    RepositoryName repository;
    base::Digest digest;
};
struct UploadStartRoute {                                              // POST …/blobs/uploads/
    RepositoryName repository;
    std::optional<base::Digest> digest;                                // single POST with body
    std::string digest_algorithm;                                      // empty where absent
    bool mount_requested = false;                                      // ?mount= or ?from=: made a plain upload (2.13)
};
// The collection that a session stands in: blobs/uploads/ as the specification has it, or blobs/upload/, where ghcr.io leads to. Uploads
// start in the first only.
enum class UploadCollection { uploads, upload };
struct UploadRoute {                                                   // an upload session: PATCH, PUT, GET, DELETE
    RepositoryName repository;
    std::string session;                                               // path segment, opaque
    std::string query;                                                 // as received, byte for byte, without "?" and without ns
    std::optional<base::Digest> digest;                                // of the closing PUT
    UploadCollection collection = UploadCollection::uploads;
};
struct TagsRoute {
    RepositoryName repository;
    std::string query;
};    // n, last, next_page (Quay); rebuilt
struct ReferrersRoute {
    RepositoryName repository;
    base::Digest subject;
    std::string artifact_type;
};

using Endpoint = std::variant<PingRoute, ManifestRoute, BlobRoute, UploadStartRoute, UploadRoute, TagsRoute, ReferrersRoute>;

struct Route {
    std::string method;
    Endpoint endpoint;
    std::string ns;  // containerd's ns parameter; empty where absent
};

// "/blobs/uploads/<session>", or the same in the other collection.
[[nodiscard]] std::string session_path(const UploadRoute& upload);

// Fails with the answer to give: 400 with the code of what is malformed, 404 for unknown paths, 405 with `allow` filled in.
// The path must be spelled as canonical_target() spells it; the one exception is %3A in a digest. Parameters that an endpoint does not
// know are dropped, those that it knows may stand once (`tag` may repeat, `ns` only if it says the same), and there are at most 16.
[[nodiscard]] std::expected<Route, ApiError> parse_route(std::string_view method, std::string_view target);

// The target to send upstream: the one spelling of what was parsed, ns left out. A mount becomes a plain upload.
[[nodiscard]] std::string canonical_target(const Endpoint& endpoint);

}  // namespace registry
