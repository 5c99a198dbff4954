#include "registry/location.h"

namespace registry {

std::string PublicBase::under(std::string_view rest) const { return origin_ + "/v2/" + repository_ + std::string(rest); }

std::string PublicBase::blob(const base::Digest& digest) const { return under("/blobs/" + digest.to_string()); }

std::string PublicBase::manifest(const Reference& reference) const { return under("/manifests/" + reference.text()); }

std::string PublicBase::upload(const UploadRoute& upload) const {
    return under(session_path(upload) + (upload.query.empty() ? "" : "?" + upload.query));
}

std::string PublicBase::tags(const TagsRoute& tags) const { return under("/tags/list" + (tags.query.empty() ? "" : "?" + tags.query)); }

base::Result<UploadRoute> parse_upload_location(const Url& request, std::string_view location, const RepositoryName& repository) {
    TRY(const auto url, resolve(request, location));
    if (url.origin != request.origin) {
        return base::fail(base::ErrorCode::unavailable,
                          "upload location: the registry sends uploads to another host, which is not supported: " + url.without_query());
    }
    const auto route = parse_route("PATCH", url.target);
    const auto* upload = route ? std::get_if<UploadRoute>(&route->endpoint) : nullptr;
    if (upload == nullptr) {
        return base::fail(base::ErrorCode::unavailable,
                          "upload location: expected /v2/<name>/blobs/uploads/<session>, the registry sent " + url.without_query());
    }
    if (upload->repository != repository) {
        return base::fail(base::ErrorCode::unavailable, "upload location: belongs to another repository: " + url.without_query());
    }
    return *upload;
}

}  // namespace registry
