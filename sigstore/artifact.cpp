#include "sigstore/artifact.h"

namespace sigstore {

namespace {

using base::HashAlgorithm;

constexpr std::array kAlgorithms{HashAlgorithm::sha256, HashAlgorithm::sha384, HashAlgorithm::sha512};
constexpr std::array<std::string_view, 3> kNames{"sha256:", "sha384:", "sha512:"};

std::size_t index_of(HashAlgorithm algorithm) { return static_cast<std::size_t>(algorithm); }

}  // namespace

Artifact::Artifact(const base::Digest& digest) { digests_[index_of(digest.algorithm())] = digest.bytes(); }

Artifact Artifact::of_content(base::BytesView content) {
    Artifact artifact;
    for (const auto algorithm : kAlgorithms) artifact.digests_[index_of(algorithm)] = base::hash(algorithm, content);
    artifact.content_ = content;
    return artifact;
}

const base::Bytes* Artifact::digest(HashAlgorithm algorithm) const {
    const auto& found = digests_[index_of(algorithm)];
    return found.empty() ? nullptr : &found;
}

std::string Artifact::name() const {
    for (const auto algorithm : kAlgorithms) {
        if (const auto* const found = digest(algorithm)) return std::string(kNames[index_of(algorithm)]) + base::hex_encode(*found);
    }
    std::unreachable();
}

}  // namespace sigstore
