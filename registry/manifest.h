// A manifest: the raw bytes, their digest computed by us, and a strictly checked view of them (oci-proxying 2.5 to 2.8).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/result.h"
#include "registry/descriptor.h"

namespace registry {

inline constexpr std::size_t kManifestLimit = 4 * 1024 * 1024;

inline constexpr std::string_view kOciManifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kOciIndex = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view kDockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view kDockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr std::string_view kOciEmpty = "application/vnd.oci.empty.v1+json";

enum class ManifestKind { image, index };

class Manifest {
public:
    // `content_type`: as answered or sent; parameters are not allowed. Must be one of the four types above and agree with the body's
    // own mediaType, which the Docker types must have and the OCI types may leave out. Refused: everything in the table of
    // oci-proxying 2.7, and documents that could be read as another kind (fsLayers, history, blobs; manifests beside config or layers).
    [[nodiscard]] static base::Result<Manifest> parse(std::string_view content_type, base::Bytes raw);

    [[nodiscard]] const base::Digest& digest() const { return digest_; }  // sha256
    [[nodiscard]] base::BytesView raw() const { return raw_; }
    [[nodiscard]] const std::string& media_type() const { return media_type_; }
    [[nodiscard]] ManifestKind kind() const { return kind_; }
    [[nodiscard]] const std::optional<Descriptor>& config() const { return config_; }  // images only
    [[nodiscard]] std::span<const Descriptor> layers() const { return layers_; }  // images only
    [[nodiscard]] std::span<const Descriptor> children() const { return children_; }  // indexes only
    [[nodiscard]] const std::optional<Descriptor>& subject() const { return subject_; }
    [[nodiscard]] const std::string& artifact_type() const { return artifact_type_; }
    [[nodiscard]] const Annotations& annotations() const { return annotations_; }
    [[nodiscard]] std::size_t memory() const;  // bytes that it holds, raw and parsed

private:
    Manifest(base::Bytes raw, std::string media_type, ManifestKind kind);
    [[nodiscard]] base::Result<void> read_image(const base::json::Reader& document);
    [[nodiscard]] base::Result<void> read_index(const base::json::Reader& document);
    [[nodiscard]] base::Result<void> read_common(const base::json::Reader& document);
    base::Bytes raw_;
    base::Digest digest_;
    std::string media_type_;
    ManifestKind kind_;
    std::optional<Descriptor> config_;
    std::vector<Descriptor> layers_;
    std::vector<Descriptor> children_;
    std::optional<Descriptor> subject_;
    std::string artifact_type_;
    Annotations annotations_;
};

}  // namespace registry
