#include "registry/descriptor.h"

#include <algorithm>
#include <array>
#include <map>

namespace registry {
namespace {

using base::json::Reader;
using base::json::Value;

constexpr std::size_t kMediaTypeLimit = 255;
constexpr std::size_t kAnnotationLimit = 10'000;
constexpr std::size_t kUrlLimit = 1'000;
constexpr std::size_t kFeatureLimit = 1'000;

// Every member that image-spec and the Docker schemas define in a manifest, an index, a descriptor or a platform.
constexpr std::array<std::string_view, 22> kKnownNames{
    "schemaVersion", "mediaType", "artifactType", "config",   "layers",   "manifests",    "subject", "annotations",
    "digest",        "size",      "urls",         "data",     "platform", "architecture", "os",      "os.version",
    "os.features",   "variant",   "features",     "fsLayers", "history",  "blobs",
};

const std::map<std::string, std::string_view, std::less<>>& known_by_fold() {
    static const auto names = [] {
        std::map<std::string, std::string_view, std::less<>> result;
        for (const auto name : kKnownNames) result.emplace(base::json::fold(name), name);
        return result;
    }();
    return names;
}

base::Result<void> check_name(std::string_view name) {
    const auto known = known_by_fold().find(base::json::fold(name));
    if (known == known_by_fold().end() || known->second == name) return {};
    return base::fail(base::ErrorCode::invalid_input, "member \"" + std::string(known->second) + "\" is spelled in another case");
}

// Beside the text's own place; short ones need nothing more.
std::size_t memory_of(const std::string& text) {
    constexpr std::size_t kShort = 15;
    constexpr std::size_t kAllocation = 16;
    return text.capacity() > kShort ? text.capacity() + 1 + kAllocation : 0;
}

bool is_visible(char c) { return c > 0x20 && c < 0x7F; }

base::Result<void> check_strings(const Reader& array, std::size_t limit) {
    TRY(const auto items, array.items(limit));
    for (const auto& item : items) TRY_VOID(item.string());
    return {};
}

// Nothing of a platform is used for deciding, but a wrong type is where parsers part ways.
base::Result<void> check_platform(const Reader& descriptor) {
    TRY(const auto platform, descriptor.find("platform"));
    if (!platform) return {};
    for (const auto name : {"architecture", "os", "os.version", "variant"}) {
        TRY(const auto text, platform->find(name));
        if (text) TRY_VOID(text->string());
    }
    for (const auto name : {"os.features", "features"}) {
        TRY(const auto list, platform->find(name));
        if (list) TRY_VOID(check_strings(*list, kFeatureLimit));
    }
    return {};
}

base::Result<bool> read_urls(const Reader& descriptor) {
    TRY(const auto urls, descriptor.find("urls"));
    if (!urls) return false;
    TRY_VOID(check_strings(*urls, kUrlLimit));
    TRY(const auto items, urls->items(kUrlLimit));
    return !items.empty();
}

base::Result<void> check_data(const Reader& reader, const Descriptor& descriptor) {
    TRY(const auto data, reader.find("data"));
    if (!data) return {};
    TRY(const auto content, data->base64());
    if (content.size() != descriptor.size || !descriptor.digest.matches(content)) {
        return data->error("is not the content that digest and size name");
    }
    return {};
}

}  // namespace

std::size_t memory_of(const Annotations& annotations) {
    std::size_t bytes = annotations.capacity() * sizeof annotations.front();
    for (const auto& [name, value] : annotations) bytes += memory_of(name) + memory_of(value);
    return bytes;
}

std::size_t memory_of(const Descriptor& descriptor) {
    constexpr std::size_t kDigest = 96;
    return kDigest + memory_of(descriptor.media_type) + memory_of(descriptor.artifact_type) + memory_of(descriptor.annotations);
}

base::Result<std::string> read_media_type(const Reader& owner, std::string_view member) {
    TRY(const auto found, owner.find(member));
    if (!found) return std::string();
    TRY(const auto text, found->string());
    if (text.size() > kMediaTypeLimit || !std::ranges::all_of(text, is_visible)) {
        return found->error("expected a media type of at most 255 visible ASCII characters");
    }
    return std::string(text);
}

base::Result<Annotations> read_annotations(const Reader& owner) {
    Annotations result;
    TRY(const auto found, owner.find("annotations"));
    if (!found) return result;
    TRY(const auto members, found->members(kAnnotationLimit));
    result.reserve(members.size());
    for (const auto& [name, value] : members) {
        TRY(const auto text, value.string());
        result.emplace_back(name, text);
    }
    return result;
}

base::Result<Descriptor> read_descriptor(const Reader& reader) {
    TRY(auto media_type, read_media_type(reader, "mediaType"));
    if (media_type.empty()) return reader.error("mediaType is missing");
    TRY(const auto digest_member, reader.at("digest"));
    TRY(const auto digest_text, digest_member.string());
    auto digest = base::Digest::parse(digest_text);
    if (!digest) return digest_member.error(digest.error().message());
    TRY(const auto size_member, reader.at("size"));
    TRY(const auto size, size_member.unsigned_integer());
    TRY(auto artifact_type, read_media_type(reader, "artifactType"));
    TRY(auto annotations, read_annotations(reader));
    TRY(const auto has_urls, read_urls(reader));
    TRY_VOID(check_platform(reader));
    Descriptor result{std::move(media_type),    *std::move(digest),     static_cast<std::uint64_t>(size),
                      std::move(artifact_type), std::move(annotations), has_urls};
    TRY_VOID(check_data(reader, result));
    return result;
}

// Not recursive: the depth of a document is bounded, its shape is not.
base::Result<void> refuse_folded_names(const Value& document) {
    std::vector<const Value*> open{&document};
    while (!open.empty()) {
        const auto* value = open.back();
        open.pop_back();
        if (const auto* array = value->as<base::json::Array>()) {
            for (const auto& item : *array) open.push_back(&item);
        } else if (const auto* object = value->as<base::json::Object>()) {
            for (const auto& [name, member] : *object) {
                TRY_VOID(check_name(name));
                open.push_back(&member);
            }
        }
    }
    return {};
}

}  // namespace registry
