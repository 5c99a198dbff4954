// One upstream registry as seen from one thread: manifests and referrers as values, blobs and uploads as streams.
// Tokens are fetched on challenge and cached (one TokenCache per upstream, shared by all threads); redirects of manifests, referrers,
// tags and blobs are followed here (oci-proxying 2.14); nothing of the caller's headers goes upstream except what a function takes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "http/async.h"
#include "http/client.h"
#include "registry/manifest.h"
#include "registry/names.h"
#include "registry/reach.h"
#include "registry/route.h"
#include "registry/tokens.h"

namespace registry {

struct UpstreamConfig {
    http::Origin origin;                       // https://registry-1.docker.io
    std::shared_ptr<const http::ClientTls> tls;
    std::optional<Credentials> credentials;    // nullopt: anonymous
    http::ClientOptions client;
    Reach reach{};                             // proxies, and hosts inside that the registry may name
    bool follow_blob_redirects = true;         // false: blob_stream hands a redirect back, for the client to follow
};

// The raw answer to a manifest request, before parsing: bytes already bounded and hashed by nobody.
struct FetchedManifest {
    std::string content_type;
    base::Bytes raw;
};

// Result of a listing: which of the three a source reports decides between denied and undecided (design 7).
struct ReferrersPage {
    bool supported = false;               // false: 404, the registry has no referrers API
    std::vector<Descriptor> descriptors;  // of all pages, at most 1 000; artifact_type filled
    bool truncated = false;               // more than the limits allow
};

class Upstream {
public:
    Upstream(http::asio::io_context& io, http::asio::thread_pool& workers, std::shared_ptr<const UpstreamConfig> config,
             std::shared_ptr<TokenCache> tokens);
    ~Upstream();
    Upstream(const Upstream&) = delete;
    Upstream& operator=(const Upstream&) = delete;

    // GET with all four manifest types in Accept. Errors: not_found (404), unauthorized/denied (401/403 of the upstream), too_large,
    // unavailable (any other status; the message names it), timed_out. By digest the bytes are NOT compared here: the caller judges
    // and logs that.
    http::Async<FetchedManifest> manifest(RepositoryName repository, Reference reference, base::Deadline deadline);
    // HEAD of a tag: the digest that the registry says it has; nullopt where the answer names none (the specification does not demand
    // it), or the registry does not serve HEAD. Errors as manifest().
    http::Async<std::optional<base::Digest>> resolve(RepositoryName repository, Tag tag, base::Deadline deadline);
    // A small blob read whole and checked against its digest (unverified if it differs); too_large above `limit`, unavailable where
    // it comes encoded.
    http::Async<base::Bytes> blob(RepositoryName repository, base::Digest digest, std::size_t limit, base::Deadline deadline);
    // Fails (unavailable) on a listing that is not one: another content type, a next page that leads elsewhere.
    http::Async<ReferrersPage> referrers(RepositoryName repository, base::Digest subject, base::Deadline deadline);

    // Any other request of the protocol, streamed: `head.target` is canonical_target() of a Route in that repository; `push` asks for a
    // push token, or for one to delete where that is the method. Of the head's fields only those of an allow-list go out (Accept,
    // Content-Type, Content-Range, Range, If-*). A 401 challenge is answered once with a token if the body can be sent from its first
    // byte (uploads ask for their token first); a second 401 is handed back. Redirects are followed for GET and HEAD without a body.
    http::Async<http::ClientResponse> exchange(http::RequestHead head, http::BodySource* body, RepositoryName repository, bool push,
                                               base::Deadline deadline);
    // GET or HEAD of a blob with Range and If-Range passed on; redirects as the configuration says.
    http::Async<http::ClientResponse> blob_stream(std::string method, RepositoryName repository, base::Digest digest,
                                                  http::Headers range_headers, base::Deadline deadline);
    [[nodiscard]] const http::Origin& origin() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace registry
