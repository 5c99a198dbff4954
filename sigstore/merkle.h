// Merkle tree inclusion (RFC 6962 2.1).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/digest.h"

namespace sigstore {

[[nodiscard]] base::Sha256 leaf_hash(base::BytesView body);  // SHA-256(00 ‖ body)

// The root that leaf number `index` of a tree with `size` leaves has by this path. Nothing if the index is outside the
// tree or the path has another length than the position demands.
[[nodiscard]] std::optional<base::Sha256> root_of_path(const base::Sha256& leaf, std::int64_t index, std::int64_t size,
                                                       std::span<const base::Sha256> hashes);

}  // namespace sigstore
