// Manifests and indexes: the input is the body, read under each of the four content types (oci-proxying 2.5 to 2.8).
// Bytes mean one kind of manifest or none, and nothing that is a manifest can be fetched as a blob (2.6).
#include "registry/manifest.h"

#include <algorithm>
#include <array>
#include <string>

#include "proxy/inert.h"
#include "test/fuzz/property.h"

namespace {

using fuzz::require;
using registry::Manifest;

constexpr std::array kTypes = {registry::kOciManifest, registry::kOciIndex, registry::kDockerManifest, registry::kDockerManifestList};

void check_descriptor(const registry::Descriptor& descriptor) {
    require(!descriptor.media_type.empty() && descriptor.media_type.size() <= 255, "a descriptor has a media type");
    require(descriptor.size <= static_cast<std::uint64_t>(INT64_MAX), "a size fits into Go's int64");
    require(base::Digest::parse(descriptor.digest.to_string()) == descriptor.digest, "a digest is its own spelling");
}

void check(const Manifest& manifest, std::string_view type, base::BytesView bytes) {
    require(manifest.media_type() == type, "a manifest has the type under which it was read");
    require(std::ranges::equal(manifest.raw(), bytes), "the bytes are kept as they are");
    require(manifest.digest() == base::Digest::sha256_of(bytes), "the digest is that of the bytes");
    const bool image = type == registry::kOciManifest || type == registry::kDockerManifest;
    require((manifest.kind() == registry::ManifestKind::image) == image, "the type decides the kind");
    require(manifest.config().has_value() == image, "images, and only images, have a config");
    require(image || manifest.layers().empty(), "an index has no layers");
    require(!image || manifest.children().empty(), "an image has no children");
    if (manifest.config()) check_descriptor(*manifest.config());
    if (manifest.subject()) check_descriptor(*manifest.subject());
    for (const auto& layer : manifest.layers()) check_descriptor(layer);
    for (const auto& child : manifest.children()) check_descriptor(child);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::BytesView bytes(data, size);
    std::size_t kinds = 0;
    for (const auto type : kTypes) {
        const auto manifest = Manifest::parse(type, base::Bytes(bytes.begin(), bytes.end()));
        if (!manifest) continue;
        ++kinds;
        check(*manifest, type, bytes);
    }
    require(kinds <= 1, "bytes are read as one kind of manifest at most");
    const bool whole = proxy::reads_as_manifest(bytes);
    const bool piece = proxy::piece_reads_as_manifest(bytes);
    require(kinds == 0 || (whole && piece), "a manifest cannot be fetched as a blob");
    require(whole || !piece, "what reads as a manifest in a piece does so as a whole");
    const auto behind_blanks = base::to_bytes(" \r\n\t" + std::string(fuzz::as_text(data, size)));
    require(proxy::reads_as_manifest(behind_blanks) == whole, "blanks before a document hide nothing");
    return 0;
}
