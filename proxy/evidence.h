// Where the signatures of a manifest can be, and how they are fetched: the referrers API and the fallback tag, both asked at once.
// Each place reports found, absent or failed; "failed" never becomes "unsigned" (design 7).
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "http/async.h"
#include "proxy/decision.h"
#include "registry/upstream.h"

namespace proxy {

struct EvidenceLimits {
    std::size_t listed = 1'000;                 // descriptors per subject
    std::size_t tried = 64;                     // bundles fetched and verified per subject
    std::size_t bundle_size = 4 * 1024 * 1024;  // bytes
    std::size_t artifact_size = 64 * 1024;      // bytes of the manifest that holds it
};

struct Candidate {
    registry::Descriptor artifact;  // of the artifact manifest that holds the bundle
    std::string source;
};

struct Listing {
    std::vector<Candidate> candidates;  // distinct, likely image signatures first
    std::vector<SourceReport> sources;
    bool truncated = false;             // a source had more than the limits allow
    [[nodiscard]] bool failed() const;
    [[nodiscard]] std::string problem() const;  // of the first failed source
};

class EvidenceFinder {
public:
    explicit EvidenceFinder(registry::Upstream& upstream) : upstream_(upstream) {}

    http::asio::awaitable<Listing> list(registry::RepositoryName repository, base::Digest subject, base::Deadline deadline);

    // The bytes of the bundle that one candidate names. Its manifest must be what cosign writes (cosign-oci A2.1): the bytes that the
    // digest names, one layer of a bundle type, `subject` equal to ours. Errors `unavailable` and `timed_out` say "could not look";
    // every other one is a fault of the candidate.
    http::Async<base::Bytes> load(registry::RepositoryName repository, base::Digest subject, Candidate candidate, base::Deadline deadline);

private:
    http::asio::awaitable<void> list_referrers(const registry::RepositoryName& repository, const base::Digest& subject,
                                               base::Deadline deadline, Listing& into);
    http::asio::awaitable<void> list_fallback_tag(const registry::RepositoryName& repository, const base::Digest& subject,
                                                  base::Deadline deadline, Listing& into);
    registry::Upstream& upstream_;
};

// True for the media types of a Sigstore bundle, in the four spellings there are (sigstore-verification 1.1).
[[nodiscard]] bool is_bundle_type(std::string_view media_type);

}  // namespace proxy
