#include "sigstore/statement.h"

#include <algorithm>

#include "base/json_reader.h"
#include "sigstore/json_fields.h"

namespace sigstore {

namespace {

using base::json::Reader;

constexpr std::size_t kMaxSubjects = 1024;
constexpr std::size_t kMaxDigests = 32;

std::string lower(std::string_view text) {
    std::string out(text);
    for (auto& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

Checked<void> add_digests(const Reader& subject, std::vector<base::Digest>& subjects) {
    TRY_VOID(subject.only({"name", "uri", "digest", "content", "downloadLocation", "mediaType", "annotations"}));
    TRY(const auto digest, subject.at("digest"));
    const auto* const object = digest.value().as<base::json::Object>();
    if (object != nullptr && object->size() > kMaxDigests) {
        return std::unexpected(Failure(FailureCode::limits, digest.path(), "at most 32 digests"));
    }
    TRY(const auto members, digest.members(kMaxDigests));
    for (const auto& [name, value] : members) {
        TRY(const auto text, value.string());
        if (text.empty() || !base::hex_decode(text)) {
            return std::unexpected(Failure(FailureCode::malformed, value.path(), "hexadecimal digits", std::string(text)));
        }
        if (name != "sha256" && name != "sha512") continue;  // md5, gitCommit and the like never match an artifact
        const auto parsed = base::Digest::parse(std::string(name) + ":" + lower(text));
        if (!parsed) return std::unexpected(Failure(FailureCode::malformed, value.path(), "a digest of that length"));
        subjects.push_back(*parsed);
    }
    return {};
}

Checked<void> check_type(const Reader& root) {
    TRY(const auto type, text_field(root, "_type"));
    if (type == "https://in-toto.io/Statement/v1" || type == "https://in-toto.io/Statement/v0.1") return {};
    return std::unexpected(Failure(FailureCode::unsupported, "payload._type", "an in-toto statement v1 or v0.1", type));
}

}  // namespace

Checked<Statement> Statement::parse(base::BytesView payload) {
    const auto document = base::json::parse(base::as_text(payload));
    if (!document) return std::unexpected(Failure(FailureCode::malformed, "payload", "an in-toto statement", document.error().message()));
    const Reader root(*document, "payload");
    TRY_VOID(check_type(root));
    TRY_VOID(root.only({"_type", "subject", "predicateType", "predicate"}));
    Statement statement;
    TRY(statement.predicate_type_, text_field(root, "predicateType"));
    TRY(const auto subjects, list_field(root, "subject", kMaxSubjects));
    if (subjects.empty()) return std::unexpected(Failure(FailureCode::malformed, "payload.subject", "at least one subject", "none"));
    for (const auto& subject : subjects) TRY_VOID(add_digests(subject, statement.subjects_));
    return statement;
}

bool Statement::is_about(const base::Digest& artifact) const { return std::ranges::find(subjects_, artifact) != subjects_.end(); }

std::string Statement::first_subject() const { return subjects_.empty() ? "no sha256 or sha512 subject" : subjects_.front().to_string(); }

}  // namespace sigstore
