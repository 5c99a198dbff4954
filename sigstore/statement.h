// An in-toto statement (in-toto/attestation spec v0.1 and v1): what was signed, about which artifacts.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
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
    // Some subject has exactly this digest under the algorithm's own name.
    [[nodiscard]] bool is_about(const base::Digest& artifact) const;
    [[nodiscard]] std::string first_subject() const;  // "sha256:…", for messages

private:
    Statement() = default;
    std::string predicate_type_;
    std::vector<base::Digest> subjects_;  // sha256 and sha512 digests of all subjects
};

}  // namespace sigstore
