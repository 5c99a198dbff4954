#include "sigstore/statement.h"

#include <algorithm>
#include <optional>

#include "sigstore/dsse.h"
#include "sigstore/json_fields.h"

namespace sigstore {

namespace {

using base::json::Reader;

constexpr std::size_t kMaxSubjects = 1024;
constexpr std::size_t kMaxDigests = 32;

std::optional<base::HashAlgorithm> algorithm_of(std::string_view name) {
    if (name == "sha256") return base::HashAlgorithm::sha256;
    if (name == "sha384") return base::HashAlgorithm::sha384;
    if (name == "sha512") return base::HashAlgorithm::sha512;
    return std::nullopt;  // md5, gitCommit and the like
}

std::string_view name_of(base::HashAlgorithm algorithm) {
    return algorithm == base::HashAlgorithm::sha256 ? "sha256" : algorithm == base::HashAlgorithm::sha384 ? "sha384" : "sha512";
}

Checked<void> check_type(const Reader& root) {
    TRY(const auto type, text_field(root, "_type"));
    if (type == "https://in-toto.io/Statement/v1" || type == "https://in-toto.io/Statement/v0.1") return {};
    return std::unexpected(Failure(FailureCode::unsupported, "payload._type", "an in-toto statement v1 or v0.1", type));
}

}  // namespace

Checked<Statement::Subject> Statement::parse_subject(const Reader& json) {
    TRY_VOID(json.only({"name", "uri", "digest", "content", "downloadLocation", "mediaType", "annotations"}));
    TRY(const auto digest, json.at("digest"));
    const auto* const object = digest.value().as<base::json::Object>();
    if (object != nullptr && object->size() > kMaxDigests) {
        return std::unexpected(Failure(FailureCode::limits, digest.path(), "at most 32 digests"));
    }
    TRY(const auto members, digest.members(kMaxDigests));
    Subject subject;
    for (const auto& [name, value] : members) {
        TRY(const auto text, value.string());
        auto bytes = base::hex_decode(text);
        if (text.empty() || !bytes) {
            return std::unexpected(Failure(FailureCode::malformed, value.path(), "hexadecimal digits", std::string(text)));
        }
        const auto algorithm = algorithm_of(name);
        if (!algorithm) continue;
        if (bytes->size() != base::digest_size(*algorithm)) {
            return std::unexpected(Failure(FailureCode::malformed, value.path(), "a digest of that length"));
        }
        subject.push_back({*algorithm, *std::move(bytes)});
    }
    return subject;
}

Checked<Statement> Statement::parse(base::BytesView payload) {
    base::json::Limits limits;
    limits.bytes = kMaxEnvelope;
    const auto document = base::json::parse(base::as_text(payload), limits);
    if (!document) return std::unexpected(Failure(FailureCode::malformed, "payload", "an in-toto statement", document.error().message()));
    const Reader root(*document, "payload");
    TRY_VOID(check_type(root));
    TRY_VOID(root.only({"_type", "subject", "predicateType", "predicate"}));
    Statement statement;
    TRY(statement.predicate_type_, text_field(root, "predicateType"));
    TRY(const auto subjects, list_field(root, "subject", kMaxSubjects));
    if (subjects.empty()) return std::unexpected(Failure(FailureCode::malformed, "payload.subject", "at least one subject", "none"));
    for (const auto& item : subjects) {
        TRY(auto subject, parse_subject(item));
        statement.subjects_.push_back(std::move(subject));
    }
    return statement;
}

bool Statement::is_about(const Artifact& artifact) const {
    return std::ranges::any_of(subjects_, [&](const Subject& subject) {
        const auto can_tell = [&](const SubjectDigest& digest) { return artifact.digest(digest.algorithm) != nullptr; };
        const auto fits = [&](const SubjectDigest& digest) {
            return !can_tell(digest) || digest.value == *artifact.digest(digest.algorithm);
        };
        return std::ranges::any_of(subject, can_tell) && std::ranges::all_of(subject, fits);
    });
}

std::string Statement::first_subject() const {
    for (const auto& subject : subjects_) {
        for (const auto& [algorithm, value] : subject) return std::string(name_of(algorithm)) + ":" + base::hex_encode(value);
    }
    return "no sha256, sha384 or sha512 subject";
}

}  // namespace sigstore
