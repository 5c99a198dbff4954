#include "proxy/forget_written.h"

#include <optional>

namespace proxy {
namespace {

// The subject whose signatures stand under this tag: "sha256-<64 hex>", of which cosign adds ".sig" and ".att".
std::optional<base::Digest> subject_of_tag(std::string_view tag) {
    constexpr std::string_view kStart = "sha256-";
    constexpr std::size_t kHexDigits = 64;
    if (!tag.starts_with(kStart)) return std::nullopt;
    auto digest = base::Digest::parse("sha256:" + std::string(tag.substr(kStart.size(), kHexDigits)));
    if (!digest) return std::nullopt;
    return *std::move(digest);
}

void forget_tag(SharedState& shared, const std::string& canonical, const std::string& tag) {
    shared.manifests.forget_tag(canonical, tag);
    if (const auto subject = subject_of_tag(tag)) shared.evidence.forget(canonical, *subject);
}

}  // namespace

void forget_written(SharedState& shared, const std::string& canonical, const registry::ManifestRoute& route, const registry::Manifest* pushed) {
    if (const auto* tag = route.reference.tag()) forget_tag(shared, canonical, tag->text());
    for (const auto& tag : route.extra_tags) forget_tag(shared, canonical, tag.text());
    if (pushed != nullptr) {
        if (pushed->subject()) shared.evidence.forget(canonical, pushed->subject()->digest);
        return;
    }
    const auto* digest = route.reference.digest();
    if (digest == nullptr) return;
    const auto deleted = shared.manifests.find(canonical, digest->to_string());
    if (deleted && deleted->manifest.subject()) shared.evidence.forget(canonical, deleted->manifest.subject()->digest);
    shared.manifests.forget(canonical, digest->to_string());
}

}  // namespace proxy
