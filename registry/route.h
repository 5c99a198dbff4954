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
struct ManifestRoute { RepositoryName repository; Reference reference; std::vector<Tag> extra_tags; };  // ?tag= on PUT
struct BlobRoute { RepositoryName repository; base::Digest digest; };
struct UploadStartRoute {                                              // POST …/blobs/uploads/
    RepositoryName repository;
    std::optional<base::Digest> digest;                                // single POST with body
    std::string digest_algorithm;                                      // empty where absent
    bool mount_requested = false;                                      // ?mount= or ?from=: made a plain upload (2.13)
};
struct UploadRoute {                                                   // an upload session: PATCH, PUT, GET, DELETE
    RepositoryName repository;
    std::string session;                                               // path segment, opaque
    std::string query;                                                 // byte for byte as received, without "?"
    std::optional<base::Digest> digest;                                // of the closing PUT
};
struct TagsRoute { RepositoryName repository; std::string query; };    // n, last; rebuilt
struct ReferrersRoute { RepositoryName repository; base::Digest subject; std::string artifact_type; };

using Endpoint = std::variant<PingRoute, ManifestRoute, BlobRoute, UploadStartRoute, UploadRoute, TagsRoute, ReferrersRoute>;

struct Route {
    std::string method;
    Endpoint endpoint;
    std::string ns;  // containerd's ns parameter; empty where absent
};

// Fails with the answer to give: 400 NAME_INVALID/DIGEST_INVALID/TAG_INVALID, 404 for unknown paths, 405 with `allow` filled in.
[[nodiscard]] std::expected<Route, ApiError> parse_route(std::string_view method, std::string_view target);

}  // namespace registry
