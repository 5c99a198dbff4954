#include "registry/manifest.h"

#include <algorithm>
#include <array>

#include "base/json_reader.h"

namespace registry {
namespace {

using base::json::Reader;

// More entries than fit into 4 MiB: the byte limit is what bounds.
constexpr std::size_t kDescriptorLimit = 100'000;

base::Result<ManifestKind> kind_of(std::string_view content_type) {
    if (content_type == kOciManifest || content_type == kDockerManifest) return ManifestKind::image;
    if (content_type == kOciIndex || content_type == kDockerManifestList) return ManifestKind::index;
    return base::fail(base::ErrorCode::invalid_input, "manifest: the content type is none of the four manifest types, without parameters");
}

bool has_member(const base::json::Object& object, std::string_view name) {
    for (const auto& [member, value] : object) {
        if (member == name) return true;
    }
    return false;
}

// CVE-2021-41190: bytes that two clients read as two kinds. A member counts even if it is null. fsLayers and history make a schema 1
// manifest, blobs an artifact manifest: neither is served here.
base::Result<void> refuse_other_kinds(const base::json::Object& object, ManifestKind kind) {
    constexpr std::array<std::string_view, 4> kNotInImages{"manifests", "fsLayers", "history", "blobs"};
    constexpr std::array<std::string_view, 5> kNotInIndexes{"config", "layers", "fsLayers", "history", "blobs"};
    const auto forbidden =
        kind == ManifestKind::image ? std::span<const std::string_view>(kNotInImages) : std::span<const std::string_view>(kNotInIndexes);
    for (const auto name : forbidden) {
        if (has_member(object, name)) {
            return base::fail(base::ErrorCode::invalid_input, "manifest: ambiguous, \"" + std::string(name) + "\" belongs to another kind");
        }
    }
    return {};
}

// "mediaType … SHOULD be used and … MUST contain" the type of the document (image-spec manifest.md, index.md); in the Docker schemas
// it is not optional.
base::Result<void> check_media_type(const Reader& document, std::string_view content_type) {
    TRY(const auto stated, document.find("mediaType"));
    if (!stated) {
        const bool optional = content_type == kOciManifest || content_type == kOciIndex;
        return optional ? base::Result<void>() : document.error("mediaType is missing");
    }
    TRY(const auto text, stated->string());
    if (text != content_type) return stated->error("differs from the content type");
    return {};
}

base::Result<void> check_schema_version(const Reader& document) {
    TRY(const auto member, document.at("schemaVersion"));
    TRY(const auto version, member.integer());
    if (version != 2) return member.error("expected 2");
    return {};
}

base::Result<std::vector<Descriptor>> read_descriptors(const Reader& document, std::string_view name) {
    TRY(const auto member, document.at(name));
    TRY(const auto items, member.items(kDescriptorLimit));
    std::vector<Descriptor> result;
    result.reserve(items.size());
    for (const auto& item : items) {
        TRY(auto descriptor, read_descriptor(item));
        result.push_back(std::move(descriptor));
    }
    return result;
}

}  // namespace

Manifest::Manifest(base::Bytes raw, std::string media_type, ManifestKind kind)
    : raw_(std::move(raw)), digest_(base::Digest::sha256_of(raw_)), media_type_(std::move(media_type)), kind_(kind) {}

base::Result<Manifest> Manifest::parse(std::string_view content_type, base::Bytes raw) {
    TRY(const auto kind, kind_of(content_type));
    if (raw.size() > kManifestLimit) return base::fail(base::ErrorCode::too_large, "manifest: larger than 4 MiB");
    // The JSON library takes a NUL byte for the end of the text and would not look at what follows; no JSON text contains one.
    if (std::ranges::find(raw, 0) != raw.end()) return base::fail(base::ErrorCode::invalid_input, "manifest: contains a NUL byte");
    TRY(const auto json, base::json::parse(base::as_text(raw)));
    const auto* object = json.as<base::json::Object>();
    if (object == nullptr) return base::fail(base::ErrorCode::invalid_input, "manifest: expected an object");
    TRY_VOID(refuse_folded_names(json));
    TRY_VOID(refuse_other_kinds(*object, kind));
    const Reader document(json);
    TRY_VOID(check_schema_version(document));
    TRY_VOID(check_media_type(document, content_type));
    Manifest result(std::move(raw), std::string(content_type), kind);
    TRY_VOID(kind == ManifestKind::image ? result.read_image(document) : result.read_index(document));
    TRY_VOID(result.read_common(document));
    return result;
}

base::Result<void> Manifest::read_image(const Reader& document) {
    TRY(const auto config_member, document.at("config"));
    TRY(auto config, read_descriptor(config_member));
    config_ = std::move(config);
    TRY(layers_, read_descriptors(document, "layers"));
    return {};
}

base::Result<void> Manifest::read_index(const Reader& document) {
    TRY(children_, read_descriptors(document, "manifests"));
    return {};
}

base::Result<void> Manifest::read_common(const Reader& document) {
    TRY(const auto subject_member, document.find("subject"));
    if (subject_member) {
        TRY(auto subject, read_descriptor(*subject_member));
        subject_ = std::move(subject);
    }
    TRY(artifact_type_, read_media_type(document, "artifactType"));
    TRY(annotations_, read_annotations(document));
    return {};
}

std::size_t Manifest::memory() const {
    std::size_t bytes = raw_.capacity() + media_type_.capacity() + artifact_type_.capacity() + memory_of(annotations_);
    for (const auto* list : {&layers_, &children_}) {
        bytes += list->capacity() * sizeof(Descriptor);
        for (const auto& descriptor : *list) bytes += memory_of(descriptor);
    }
    if (config_) bytes += memory_of(*config_);
    if (subject_) bytes += memory_of(*subject_);
    return bytes;
}

}  // namespace registry
