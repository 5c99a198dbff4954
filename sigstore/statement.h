// An in-toto statement (in-toto/attestation spec v0.1 and v1): what was signed, about which artifacts.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/json_reader.h"
#include "sigstore/artifact.h"
#include "sigstore/failure.h"

namespace sigstore {

inline constexpr std::string_view kInTotoPayloadType = "application/vnd.in-toto+json";

class Statement {
public:
    // Both versions have these members alike. At most 1 024 subjects with 32 digests each; a digest that is not
    // hexadecimal is refused, wherever it stands. What the predicate holds is not looked at, but no member occurs twice
    // in it.
    [[nodiscard]] static Checked<Statement> parse(base::BytesView payload);

    [[nodiscard]] const std::string& predicate_type() const { return predicate_type_; }
    // Some subject is the artifact: it has a digest of it under the algorithm's own name, and none that differs.
    [[nodiscard]] bool is_about(const Artifact& artifact) const;
    [[nodiscard]] std::string first_subject() const;  // "sha256:…", for messages

private:
    Statement() = default;
    std::string predicate_type_;
    struct SubjectDigest {
        base::HashAlgorithm algorithm;
        base::Bytes value;
    };
    using Subject = std::vector<SubjectDigest>;  // sha256, sha384 and sha512; others never match an artifact
    [[nodiscard]] static Checked<Subject> parse_subject(const base::json::Reader& json);
    std::vector<Subject> subjects_;
};

}  // namespace sigstore
