// Manifests as one thread asks for them: from memory, from a flight that somebody started already, or from the upstream. What comes from
// here was hashed and parsed; whether it may be served is for the gatekeeper to say.
#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "base/time.h"
#include "proxy/background.h"
#include "proxy/flights.h"
#include "proxy/memory_cache.h"
#include "registry/manifest.h"
#include "registry/upstream.h"

namespace proxy {

struct CachedManifest final : CacheItem {
    CachedManifest(registry::Manifest parsed, std::string asked_digest, base::Time fetched_at);

    registry::Manifest manifest;
    std::string digest;       // sha256, or sha512 where it was asked for so
    base::Time fetched;
    std::string answer_head;  // of a pull by digest: http::prepare_response_head
};
using SharedManifest = std::shared_ptr<const CachedManifest>;

// Fields of every answer that carries a manifest.
[[nodiscard]] http::ResponseHead manifest_head(const std::string& media_type, const std::string& digest);

struct ManifestFault {
    base::Error error;                  // too_large, invalid_input, unverified: of the bytes; others as registry::Upstream says
    std::optional<base::Digest> seen;   // of the bytes, where they came
};
using ManifestOutcome = std::expected<SharedManifest, ManifestFault>;

// What all threads share. A repository is named canonically; keys name a manifest in it.
class ManifestStore {
public:
    struct Times {
        std::chrono::milliseconds keep;  // a manifest older than this is fetched anew; 0: always
    };
    ManifestStore(MemoryCache& memory, Times times, base::Clock clock) : memory_(memory), times_(times), clock_(std::move(clock)) {}

    // Since now, for what is going to be asked.
    [[nodiscard]] MemoryCache::Since since(const std::string& repository) const { return memory_.since(repository); }
    [[nodiscard]] SharedManifest find(const std::string& repository, const std::string& digest) const;
    [[nodiscard]] bool is_fresh(const CachedManifest& manifest) const;
    SharedManifest keep(const std::string& repository, registry::Manifest manifest, std::string digest, MemoryCache::Since asked);

    // The digest that a tag had when it was last asked for, and when that was.
    struct Resolved final : CacheItem {
        Resolved(base::Digest tag_digest, base::Time asked_at) : digest(std::move(tag_digest)), at(asked_at) {}
        base::Digest digest;
        base::Time at;
    };
    [[nodiscard]] std::shared_ptr<const Resolved> resolved(const std::string& repository, const std::string& tag) const;
    void keep_resolved(const std::string& repository, const std::string& tag, std::shared_ptr<const Resolved> resolved,
                       MemoryCache::Since asked);
    [[nodiscard]] static std::string tag_key(const std::string& repository, const std::string& tag);

    [[nodiscard]] Flights<ManifestOutcome>& flights() { return flights_; }
    [[nodiscard]] base::Time now() const { return clock_(); }

private:
    MemoryCache& memory_;
    const Times times_;
    const base::Clock clock_;
    Flights<ManifestOutcome> flights_;
};

// One thread's side of one upstream.
class Manifests {
public:
    Manifests(registry::Upstream& upstream, Background& background, ManifestStore& store, std::chrono::milliseconds tag_ttl)
        : upstream_(upstream), background_(background), store_(store), tag_ttl_(tag_ttl) {}

    struct Name {
        std::string canonical;                // ghcr.io/acme/app
        registry::RepositoryName repository;  // as the upstream knows it: acme/app
    };
    http::asio::awaitable<ManifestOutcome> by_digest(Name name, base::Digest digest, base::Deadline deadline);
    // The upstream is asked for the tag each time, unless tag_ttl lets its last answer stand; for the manifest only where it is new.
    http::asio::awaitable<ManifestOutcome> by_tag(Name name, registry::Tag tag, base::Deadline deadline);

private:
    using Since = MemoryCache::Since;
    http::asio::awaitable<ManifestOutcome> fetch_digest(Name name, base::Digest digest, Since asked);
    http::asio::awaitable<ManifestOutcome> fetch_tag(Name name, registry::Tag tag, Since asked);
    http::asio::awaitable<ManifestOutcome> resolve_tag(Name name, registry::Tag tag, Since asked);
    http::asio::awaitable<ManifestOutcome> join(std::string key, Since asked, Flights<ManifestOutcome>::Work work, base::Deadline deadline);

    registry::Upstream& upstream_;
    Background& background_;
    ManifestStore& store_;
    const std::chrono::milliseconds tag_ttl_;
};

}  // namespace proxy
