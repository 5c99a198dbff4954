#include "proxy/inert.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/strict_json.h"
#include "http/offload.h"
#include "proxy/evidence.h"
#include "sigstore/bundle.h"

namespace proxy {
namespace {

// SHA-256 of "{}" (image spec, manifest.md, "Guidance for an Empty Descriptor").
constexpr std::string_view kEmptyObjectDigest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
constexpr std::size_t kMostLayers = 8;
constexpr std::size_t kFallbackTagLength = 71;  // "sha256-" and 64 digits
constexpr EvidenceLimits kLimits;
// Of JSON blobs that are no manifests, large SBOMs have the most; what goes beyond is refused like a manifest.
constexpr std::size_t kMostValues = 1'000'000;
constexpr std::size_t kDeepest = 256;

bool is_empty_object(const registry::Descriptor& config) {
    return config.media_type == registry::kOciEmpty && config.digest.to_string() == kEmptyObjectDigest && config.size == 2;
}

bool is_bounded_bundle(const registry::Descriptor& layer) {
    return is_bundle_type(layer.media_type) && layer.size <= kLimits.bundle_size && !layer.has_urls;
}

// `unreadable` is the answer for an object that is no JSON, or too much of it.
bool judge_object(base::BytesView content, bool unreadable) {
    const auto text = base::as_text(content);
    const auto first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    if (first == std::string_view::npos || text[first] != '{') return false;
    base::json::Limits lax;
    lax.duplicates = base::json::Duplicates::keep;
    lax.bytes = text.size();
    lax.values = kMostValues;
    lax.depth = kDeepest;
    const auto document = base::json::parse(text, lax);
    if (!document) return unreadable;
    constexpr std::array<std::string_view, 4> kTelling = {"schemaversion", "layers", "manifests", "fslayers"};
    return std::ranges::any_of(*document->as<base::json::Object>(), [&](const auto& member) {
        return std::ranges::find(kTelling, base::json::fold(member.first)) != kTelling.end();
    });
}

}  // namespace

bool is_fallback_index(const registry::Reference& reference, const registry::Manifest& manifest) {
    const auto* tag = reference.tag();
    if (tag == nullptr || manifest.media_type() != registry::kOciIndex) return false;
    const std::string_view text = tag->text();
    if (text.size() != kFallbackTagLength || !text.starts_with("sha256-")) return false;
    return base::Digest::parse("sha256:" + std::string(text.substr(7))).has_value();
}

bool has_shape_of_bundle_artifact(const registry::Manifest& manifest) {
    if (manifest.media_type() != registry::kOciManifest || !manifest.subject()) return false;
    if (!manifest.config() || !is_empty_object(*manifest.config()) || !is_bundle_type(manifest.artifact_type())) return false;
    const auto layers = manifest.layers();
    std::set<base::Digest> distinct;
    for (const auto& layer : layers) distinct.insert(layer.digest);
    return !layers.empty() && layers.size() <= kMostLayers && distinct.size() == layers.size() &&
           std::ranges::all_of(layers, is_bounded_bundle);
}

http::Async<void> prove_bundle_layers(registry::Upstream& upstream, http::asio::thread_pool& workers, registry::RepositoryName repository,
                                      std::vector<registry::Descriptor> layers, base::Deadline deadline) {
    for (const auto& layer : layers) {
        CO_TRY(auto content, co_await upstream.blob(repository, layer.digest, kLimits.bundle_size, deadline));
        auto job = [bytes = std::move(content)] { return sigstore::Bundle::parse(bytes); };
        const auto bundle = co_await http::offload(workers, std::move(job));
        if (!bundle) co_return base::fail(base::ErrorCode::unverified, "a layer is no Sigstore bundle: " + bundle.error().text());
    }
    co_return base::Result<void>();
}

bool reads_as_manifest(base::BytesView content) { return judge_object(content, true); }

bool piece_reads_as_manifest(base::BytesView content) { return judge_object(content, false); }

}  // namespace proxy
