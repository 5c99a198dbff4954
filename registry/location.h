// Where uploads live: from the upstream's Location to the gate's own, and back (oci-proxying 2.12). An upload that a registry sends to
// another host (an object store) is refused: passing it on would let the client leave the gate, following it would be SSRF.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "registry/names.h"
#include "registry/route.h"
#include "registry/url.h"

namespace registry {

// What a client must see: the authority that it used, and the repository's name there (with the gate's path prefix, if any).
class PublicBase {
public:
    PublicBase(std::string origin, std::string repository) : origin_(std::move(origin)), repository_(std::move(repository)) {}

    [[nodiscard]] std::string blob(const base::Digest& digest) const;
    [[nodiscard]] std::string manifest(const Reference& reference) const;
    // The same session under the gate's name; the query byte for byte, since it holds state that the upstream signed.
    [[nodiscard]] std::string upload(const UploadRoute& upload) const;
    // GET …/tags/list with the query of a next page.
    [[nodiscard]] std::string tags(const TagsRoute& tags) const;

private:
    [[nodiscard]] std::string under(std::string_view rest) const;
    std::string origin_;      // "https://gate.example"
    std::string repository_;  // "ghcr/acme/app"
};

// `request`: the upstream URL that was asked; `location` is resolved against it. Must come out at the same origin as
// /v2/<repository>/blobs/uploads/<session> or …/blobs/upload/<session>. The way back is canonical_target(UploadRoute).
[[nodiscard]] base::Result<UploadRoute> parse_upload_location(const Url& request, std::string_view location,
                                                              const RepositoryName& repository);

}  // namespace registry
