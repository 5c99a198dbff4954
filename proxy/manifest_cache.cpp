#include "proxy/manifest_cache.h"

#include "http/head_writer.h"

namespace proxy {
namespace {

using base::ErrorCode;
using http::asio::awaitable;

std::string digest_key(const std::string& repository, const std::string& digest) { return "m " + repository + "@" + digest; }

std::size_t cost_of(const CachedManifest& cached) {
    return sizeof cached + cached.manifest.memory() + cached.digest.size() + cached.answer_head.size();
}

ManifestOutcome fault(base::Error error, std::optional<base::Digest> seen = {}) {
    return std::unexpected(ManifestFault{std::move(error), std::move(seen)});
}

}  // namespace

http::ResponseHead manifest_head(const std::string& media_type, const std::string& digest) {
    http::ResponseHead head;
    head.headers.set("Content-Type", media_type);
    head.headers.set("Docker-Content-Digest", digest);
    head.headers.set("Docker-Distribution-Api-Version", "registry/2.0");
    head.headers.set("ETag", "\"" + digest + "\"");
    return head;
}

CachedManifest::CachedManifest(registry::Manifest parsed, std::string asked_digest, base::Time fetched_at)
    : manifest(std::move(parsed)), digest(std::move(asked_digest)), fetched(fetched_at) {
    const http::Framing framing(http::Framing::Kind::length, manifest.raw().size());
    // Media type and digest are checked texts: this cannot fail, and without it the answer is merely not prepared.
    answer_head = http::prepare_response_head(manifest_head(manifest.media_type(), digest), framing).value_or("");
}

SharedManifest ManifestStore::find(const std::string& repository, const std::string& digest) const {
    auto cached = memory_.find<CachedManifest>(digest_key(repository, digest));
    return cached && is_fresh(*cached) ? cached : nullptr;
}

bool ManifestStore::is_fresh(const CachedManifest& manifest) const { return is_within(manifest.fetched, times_.keep, clock_()); }

std::string ManifestStore::tag_key(const std::string& repository, const std::string& tag) { return "t " + repository + ":" + tag; }

SharedManifest ManifestStore::keep(const std::string& repository, registry::Manifest manifest, std::string digest,
                                   MemoryCache::Since asked) {
    auto cached = std::make_shared<const CachedManifest>(std::move(manifest), std::move(digest), clock_());
    memory_.put(digest_key(repository, cached->digest), cached, cost_of(*cached), asked);
    return cached;
}

std::shared_ptr<const ManifestStore::Resolved> ManifestStore::resolved(const std::string& repository, const std::string& tag) const {
    return memory_.find<Resolved>(tag_key(repository, tag));
}

void ManifestStore::keep_resolved(const std::string& repository, const std::string& tag, std::shared_ptr<const Resolved> resolved,
                                  MemoryCache::Since asked) {
    memory_.put(tag_key(repository, tag), std::move(resolved), sizeof(Resolved), asked);
}

awaitable<ManifestOutcome> Manifests::join(std::string key, Since asked, Flights<ManifestOutcome>::Work work, base::Deadline deadline) {
    auto flight = flight_key(std::move(key), asked);
    const auto outcome = co_await store_.flights().join(std::move(flight), background_, std::move(work), deadline);
    if (outcome) co_return *outcome;
    co_return fault(base::Error(ErrorCode::timed_out, "the upstream registry did not answer in time"));
}

awaitable<ManifestOutcome> Manifests::by_digest(Name name, base::Digest digest, base::Deadline deadline) {
    const auto asked = store_.since(name.canonical);
    if (auto cached = store_.find(name.canonical, digest.to_string())) co_return cached;
    auto key = digest_key(name.canonical, digest.to_string());
    Flights<ManifestOutcome>::Work work = [this, name, digest, asked] { return fetch_digest(name, digest, asked); };
    co_return co_await join(std::move(key), asked, std::move(work), deadline);
}

awaitable<ManifestOutcome> Manifests::fetch_digest(Name name, base::Digest digest, Since asked) {
    registry::Reference reference(digest);
    auto fetched = co_await upstream_.manifest(name.repository, std::move(reference), base::Deadline::after(kFlightTime));
    if (!fetched) co_return fault(std::move(fetched).error());
    if (!digest.matches(fetched->raw)) {
        co_return fault(base::Error(ErrorCode::unverified, "the registry answered other bytes than this digest names"), digest);
    }
    auto manifest = registry::Manifest::parse(fetched->content_type, std::move(fetched->raw));
    if (!manifest) co_return fault(std::move(manifest).error(), digest);
    co_return store_.keep(name.canonical, *std::move(manifest), digest.to_string(), asked);
}

awaitable<ManifestOutcome> Manifests::by_tag(Name name, registry::Tag tag, base::Deadline deadline) {
    const auto asked = store_.since(name.canonical);
    const auto known = store_.resolved(name.canonical, tag.text());
    if (known && is_within(known->at, tag_ttl_, store_.now())) {
        auto digest = known->digest;
        co_return co_await by_digest(std::move(name), std::move(digest), deadline);
    }
    auto key = ManifestStore::tag_key(name.canonical, tag.text());
    Flights<ManifestOutcome>::Work work = [this, name, tag, asked] { return resolve_tag(name, tag, asked); };
    co_return co_await join(std::move(key), asked, std::move(work), deadline);
}

// Where the manifest of the last answer is at hand, HEAD is enough; registries do not count it against rate limits (oci-proxying 2.20).
awaitable<ManifestOutcome> Manifests::resolve_tag(Name name, registry::Tag tag, Since asked) {
    const auto known = store_.resolved(name.canonical, tag.text());
    if (!known || !store_.find(name.canonical, known->digest.to_string())) {
        co_return co_await fetch_tag(std::move(name), std::move(tag), asked);
    }
    const auto deadline = base::Deadline::after(kFlightTime);
    const auto now = store_.now();
    auto resolved = co_await upstream_.resolve(name.repository, tag, deadline);
    if (!resolved) co_return fault(std::move(resolved).error());
    if (!*resolved) co_return co_await fetch_tag(std::move(name), std::move(tag), asked);
    auto digest = **std::move(resolved);
    auto outcome = co_await by_digest(name, digest, deadline);
    // Moved, and its manifest removed, between the two questions.
    if (!outcome && outcome.error().error.code() == ErrorCode::not_found)
        co_return co_await fetch_tag(std::move(name), std::move(tag), asked);
    if (outcome)
        store_.keep_resolved(name.canonical, tag.text(), std::make_shared<const ManifestStore::Resolved>(std::move(digest), now), asked);
    co_return outcome;
}

awaitable<ManifestOutcome> Manifests::fetch_tag(Name name, registry::Tag tag, Since asked) {
    const auto now = store_.now();
    registry::Reference reference(tag);
    auto fetched = co_await upstream_.manifest(name.repository, std::move(reference), base::Deadline::after(kFlightTime));
    if (!fetched) co_return fault(std::move(fetched).error());
    auto seen = base::Digest::sha256_of(fetched->raw);
    auto manifest = registry::Manifest::parse(fetched->content_type, std::move(fetched->raw));
    if (!manifest) co_return fault(std::move(manifest).error(), std::move(seen));
    auto kept = store_.keep(name.canonical, *std::move(manifest), seen.to_string(), asked);
    store_.keep_resolved(name.canonical, tag.text(), std::make_shared<const ManifestStore::Resolved>(std::move(seen), now), asked);
    co_return kept;
}

}  // namespace proxy
