#include "proxy/evidence.h"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>

namespace proxy {
namespace {

using namespace http::asio::experimental::awaitable_operators;
using base::ErrorCode;

constexpr std::string_view kReferrers = "referrers";
constexpr std::string_view kFallbackTag = "fallback tag";
constexpr std::string_view kPredicateTypeHint = "dev.sigstore.bundle.predicateType";
constexpr std::string_view kSignPredicateType = "https://sigstore.dev/cosign/sign/v1";
constexpr EvidenceLimits kLimits;

// Listings name the artifact type with different care: registries built on go-containerregistry give the config's type, which for
// bundles is the empty type (sigstore-stack 3.0), and some give none. Only a type that says something else rules a candidate out.
bool may_be_bundle(const registry::Descriptor& listed) {
    if (listed.media_type != registry::kOciManifest) return false;
    return listed.artifact_type.empty() || listed.artifact_type == registry::kOciEmpty || is_bundle_type(listed.artifact_type);
}

// Annotations are unsigned hints: good for the order in which candidates are tried, for nothing else.
int order_of(const registry::Descriptor& listed) {
    for (const auto& [name, value] : listed.annotations) {
        if (name == kPredicateTypeHint) return value == kSignPredicateType ? 0 : 2;
    }
    return 1;
}

void put_likely_signatures_first(std::vector<Candidate>& candidates) {
    std::vector<Candidate> ordered;
    ordered.reserve(candidates.size());
    for (int order = 0; order <= 2; ++order) {
        for (const auto& candidate : candidates) {
            if (order_of(candidate.artifact) == order) ordered.push_back(candidate);
        }
    }
    candidates = std::move(ordered);
    // They have served, and are as long as whoever attached them likes.
    for (auto& candidate : candidates) candidate.artifact.annotations.clear();
}

void add_candidates(Listing& into, std::span<const registry::Descriptor> listed, std::string_view source) {
    if (listed.size() > kLimits.listed) into.truncated = true;
    for (const auto& descriptor : listed.first(std::min(listed.size(), kLimits.listed))) {
        if (!may_be_bundle(descriptor)) continue;
        const auto same = [&](const Candidate& other) { return other.artifact.digest == descriptor.digest; };
        if (std::ranges::any_of(into.candidates, same)) continue;
        into.candidates.push_back(Candidate{descriptor, std::string(source)});
    }
}

void report(Listing& into, std::string_view source, SourceState state, std::string problem = {}) {
    into.sources.push_back(SourceReport{std::string(source), state, std::move(problem), std::nullopt});
}

void report_failed(Listing& into, std::string_view source, const base::Error& error) {
    into.sources.push_back(SourceReport{std::string(source), SourceState::failed, error.message(), error.retry_after()});
}

}  // namespace

bool is_bundle_type(std::string_view media_type) {
    constexpr std::string_view kSpellings[] = {
        "application/vnd.dev.sigstore.bundle.v0.3+json",
        "application/vnd.dev.sigstore.bundle+json;version=0.3",
        "application/vnd.dev.sigstore.bundle+json;version=0.2",
        "application/vnd.dev.sigstore.bundle+json;version=0.1",
    };
    return std::ranges::find(kSpellings, media_type) != std::end(kSpellings);
}

bool Listing::failed() const {
    return std::ranges::any_of(sources, [](const SourceReport& source) { return source.state == SourceState::failed; });
}

std::string Listing::problem() const {
    for (const auto& source : sources) {
        if (source.state == SourceState::failed) return source.name + ": " + source.problem;
    }
    return {};
}

http::asio::awaitable<void> EvidenceFinder::list_referrers(const registry::RepositoryName& repository, const base::Digest& subject,
                                                           base::Deadline deadline, Listing& into) {
    auto page = co_await upstream_.referrers(repository, subject, deadline);
    if (!page) {
        report_failed(into, kReferrers, page.error());
        co_return;
    }
    into.truncated = page->truncated;
    add_candidates(into, page->descriptors, kReferrers);
    report(into, kReferrers, page->supported && !page->descriptors.empty() ? SourceState::found : SourceState::absent);
}

http::asio::awaitable<void> EvidenceFinder::list_fallback_tag(const registry::RepositoryName& repository, const base::Digest& subject,
                                                              base::Deadline deadline, Listing& into) {
    registry::Reference tag(registry::referrers_tag(subject));
    auto fetched = co_await upstream_.manifest(repository, std::move(tag), deadline);
    if (!fetched && fetched.error().code() == ErrorCode::not_found) {
        report(into, kFallbackTag, SourceState::absent);
        co_return;
    }
    if (!fetched) {
        report_failed(into, kFallbackTag, fetched.error());
        co_return;
    }
    const auto index = registry::Manifest::parse(fetched->content_type, std::move(fetched->raw));
    if (!index) {
        // Whatever answered, it was not a registry with a manifest: nobody has looked at the list.
        report(into, kFallbackTag, SourceState::failed, index.error().message());
        co_return;
    }
    if (index->kind() != registry::ManifestKind::index) {
        report(into, kFallbackTag, SourceState::absent, "is not an index");
        co_return;
    }
    add_candidates(into, index->children(), kFallbackTag);
    report(into, kFallbackTag, index->children().empty() ? SourceState::absent : SourceState::found);
}

http::asio::awaitable<Listing> EvidenceFinder::list(registry::RepositoryName repository, base::Digest subject, base::Deadline deadline) {
    Listing listed;
    Listing tagged;
    co_await (list_referrers(repository, subject, deadline, listed) && list_fallback_tag(repository, subject, deadline, tagged));
    for (auto& candidate : tagged.candidates) {
        const auto same = [&](const Candidate& other) { return other.artifact.digest == candidate.artifact.digest; };
        if (std::ranges::none_of(listed.candidates, same)) listed.candidates.push_back(std::move(candidate));
    }
    std::ranges::move(tagged.sources, std::back_inserter(listed.sources));
    listed.truncated = listed.truncated || tagged.truncated;
    put_likely_signatures_first(listed.candidates);
    co_return listed;
}

http::Async<base::Bytes> EvidenceFinder::load(registry::RepositoryName repository, base::Digest subject, Candidate candidate,
                                              base::Deadline deadline) {
    registry::Reference reference(candidate.artifact.digest);
    CO_TRY(auto fetched, co_await upstream_.manifest(repository, std::move(reference), deadline));
    if (!candidate.artifact.digest.matches(fetched.raw)) {
        co_return base::fail(ErrorCode::unavailable, "the registry answered other bytes than the artifact's digest names");
    }
    if (fetched.raw.size() > kLimits.artifact_size) co_return base::fail(ErrorCode::too_large, "the artifact's manifest is too large");
    CO_TRY(const auto artifact, registry::Manifest::parse(fetched.content_type, std::move(fetched.raw)));
    if (artifact.kind() != registry::ManifestKind::image || artifact.layers().size() != 1) {
        co_return base::fail(ErrorCode::unverified, "the artifact is not a manifest with one layer");
    }
    const auto layer = artifact.layers().front();
    if (!is_bundle_type(layer.media_type)) co_return base::fail(ErrorCode::unverified, "the artifact's layer is not a Sigstore bundle");
    if (!artifact.subject() || artifact.subject()->digest != subject) {
        co_return base::fail(ErrorCode::unverified, "the artifact is attached to another digest");
    }
    auto bundle = co_await upstream_.blob(repository, layer.digest, kLimits.bundle_size, deadline);
    // What the digest names was not seen, so it is unknown what it says.
    if (!bundle && bundle.error().code() == ErrorCode::unverified) co_return base::fail(ErrorCode::unavailable, bundle.error().message());
    co_return bundle;
}

}  // namespace proxy
