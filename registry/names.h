// Repository names, tags and references by the grammars of the OCI distribution spec ("Pulling manifests") and image spec
// (descriptor.md, Digests). A value exists only if it is well formed.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <variant>

#include "base/digest.h"
#include "base/result.h"

namespace registry {

class RepositoryName {
public:
    // [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/…)*, at most 255 characters.
    [[nodiscard]] static base::Result<RepositoryName> parse(std::string_view text);
    [[nodiscard]] const std::string& text() const { return text_; }
    auto operator<=>(const RepositoryName&) const = default;

private:
    explicit RepositoryName(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

class Tag {
public:
    // [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}
    [[nodiscard]] static base::Result<Tag> parse(std::string_view text);
    [[nodiscard]] const std::string& text() const { return text_; }
    auto operator<=>(const Tag&) const = default;

private:
    explicit Tag(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

// A tag or a digest: what stands after /manifests/.
class Reference {
public:
    [[nodiscard]] static base::Result<Reference> parse(std::string_view text);
    explicit Reference(Tag tag) : target_(std::move(tag)) {}
    explicit Reference(base::Digest digest) : target_(std::move(digest)) {}
    [[nodiscard]] const Tag* tag() const { return std::get_if<Tag>(&target_); }
    [[nodiscard]] const base::Digest* digest() const { return std::get_if<base::Digest>(&target_); }
    [[nodiscard]] std::string text() const;

private:
    std::variant<Tag, base::Digest> target_;
};

// "sha256-<64 hex>": the referrers fallback tag of a subject (distribution spec, "Referrers Tag Schema").
[[nodiscard]] Tag referrers_tag(const base::Digest& subject);

}  // namespace registry
