#include "sigstore/simple_signing.h"

#include "base/json_reader.h"
#include "sigstore/json_fields.h"

namespace sigstore {

namespace {

using base::json::Reader;

constexpr std::string_view kType = "cosign container image signature";
constexpr std::size_t kMaxAnnotations = 256;

Checked<void> check_type(const Reader& critical) {
    TRY_VOID(critical.only({"identity", "image", "type"}));
    TRY(const auto type, text_field(critical, "type"));
    if (type == kType) return {};
    return std::unexpected(Failure(FailureCode::unsupported, critical.path() + ".type", std::string(kType), type));
}

Checked<base::Digest> parse_manifest(const Reader& critical) {
    TRY(const auto image, critical.at("image"));
    TRY_VOID(image.only({"docker-manifest-digest"}));
    TRY(const auto field, image.at("docker-manifest-digest"));
    TRY(const auto text, field.string());
    const auto digest = base::Digest::parse(text);
    if (!digest) return std::unexpected(Failure(FailureCode::malformed, field.path(), "a digest", std::string(text)));
    return *digest;
}

Checked<std::string> parse_reference(const Reader& critical) {
    TRY(const auto identity, critical.at("identity"));
    TRY_VOID(identity.only({"docker-reference"}));
    return optional_text_field(identity, "docker-reference");
}

Checked<std::vector<SimpleSigning::Annotation>> parse_annotations(const Reader& root) {
    std::vector<SimpleSigning::Annotation> annotations;
    TRY(const auto optional, root.find("optional"));
    if (!optional) return annotations;
    TRY(const auto members, optional->members(kMaxAnnotations));
    for (const auto& [name, value] : members) {
        if (!value.is_string()) continue;  // such as the timestamp that containers/image writes
        TRY(const auto text, value.string());
        annotations.push_back({std::string(name), std::string(text)});
    }
    return annotations;
}

}  // namespace

Checked<SimpleSigning> SimpleSigning::parse(base::BytesView payload) {
    if (payload.size() > kMaxSimpleSigning) {
        return std::unexpected(Failure(FailureCode::limits, "payload", "a simple signing payload of at most 64 KiB",
                                       std::to_string(payload.size()) + " bytes"));
    }
    const auto document = base::json::parse(base::as_text(payload));
    if (!document) {
        return std::unexpected(Failure(FailureCode::malformed, "payload", "a simple signing payload", document.error().message()));
    }
    const Reader root(*document, "payload");
    TRY(const auto critical, root.at("critical"));
    TRY_VOID(check_type(critical));
    TRY(auto manifest, parse_manifest(critical));
    SimpleSigning signing(std::move(manifest));
    TRY(signing.docker_reference_, parse_reference(critical));
    TRY(signing.annotations_, parse_annotations(root));
    return signing;
}

}  // namespace sigstore
