#include "proxy/forget_written.h"

#include <optional>
#include <string>
#include <vector>

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

void add_tag(std::vector<std::string>& keys, const std::string& canonical, const std::string& tag) {
    keys.push_back(ManifestStore::tag_key(canonical, tag));
    if (const auto subject = subject_of_tag(tag)) keys.push_back(EvidenceStore::key(canonical, *subject));
}

}  // namespace

bool may_be_written(const base::Result<http::ClientResponse>& answer) {
    if (!answer) return true;
    const auto status = answer->head().status;
    return status / 100 != 4 || status == 408 || status == 409;
}

void forget_pushed(SharedState& shared, const std::string& canonical, const registry::ManifestRoute& route,
                   const registry::Manifest& pushed) {
    std::vector<std::string> keys;
    if (const auto* tag = route.reference.tag()) add_tag(keys, canonical, tag->text());
    for (const auto& tag : route.extra_tags) add_tag(keys, canonical, tag.text());
    if (pushed.subject()) keys.push_back(EvidenceStore::key(canonical, pushed.subject()->digest));
    shared.memory.written(canonical, keys);
}

void forget_deleted(SharedState& shared, const std::string& canonical) { shared.memory.removed(canonical); }

}  // namespace proxy
