// Content descriptors (OCI image-spec descriptor.md), read strictly: a value exists only if every known member has its type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/json_reader.h"
#include "base/result.h"

namespace registry {

using Annotations = std::vector<std::pair<std::string, std::string>>;

// Bytes that they hold beside themselves, with what is allocated around texts.
[[nodiscard]] std::size_t memory_of(const Annotations& annotations);

struct Descriptor {
    std::string media_type;
    base::Digest digest;
    std::uint64_t size = 0;     // at most INT64_MAX
    std::string artifact_type;  // empty where absent
    Annotations annotations;
    bool has_urls = false;
};
[[nodiscard]] std::size_t memory_of(const Descriptor& descriptor);  // as above

// The members of a descriptor. Refused beyond wrong types: an unknown or malformed digest, a negative or fractional size, and embedded
// `data` that is not the content named by digest and size ("Implementations MUST verify", descriptor.md, "Embedded Content").
[[nodiscard]] base::Result<Descriptor> read_descriptor(const base::json::Reader& reader);
// A map of strings; absent: empty.
[[nodiscard]] base::Result<Annotations> read_annotations(const base::json::Reader& owner);
// A media type or artifact type: at most 255 visible ASCII characters. Absent: empty.
[[nodiscard]] base::Result<std::string> read_media_type(const base::json::Reader& owner, std::string_view member);

// Fails if a name anywhere in the document folds to a member that the image spec defines without being that member: Go's decoder would
// take it for the member, and clients would run what was not judged (oci-proxying 2.7).
[[nodiscard]] base::Result<void> refuse_folded_names(const base::json::Value& document);

}  // namespace registry
