// What a signature is asked to be about: bytes, or their digest where the bytes are not at hand.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/digest.h"

namespace sigstore {

class Artifact {
public:
    Artifact(const base::Digest& digest);  // NOLINT(google-explicit-constructor): a digest names its artifact
    // Hashed here, by every algorithm that Sigstore knows. `content` must outlive the artifact.
    [[nodiscard]] static Artifact of_content(base::BytesView content);

    [[nodiscard]] const std::optional<base::BytesView>& content() const { return content_; }
    // Null: the artifact is known by a digest of another algorithm, so nothing can be said.
    [[nodiscard]] const base::Bytes* digest(base::HashAlgorithm algorithm) const;
    [[nodiscard]] std::string name() const;  // "sha256:…", for messages

private:
    Artifact() = default;
    std::array<base::Bytes, 3> digests_;  // by HashAlgorithm; empty: not known
    std::optional<base::BytesView> content_;
};

}  // namespace sigstore
