#include "sigstore/merkle.h"

#include <array>
#include <bit>

namespace sigstore {

namespace {

constexpr std::array<std::uint8_t, 1> kLeafPrefix{0x00};  // a node must never be taken for a leaf: second preimages
constexpr std::array<std::uint8_t, 1> kNodePrefix{0x01};

base::Sha256 node_hash(const base::Sha256& left, const base::Sha256& right) { return base::sha256({kNodePrefix, left, right}); }

}  // namespace

base::Sha256 leaf_hash(base::BytesView body) { return base::sha256({kLeafPrefix, body}); }

std::optional<base::Sha256> root_of_path(const base::Sha256& leaf, std::int64_t index, std::int64_t size,
                                         std::span<const base::Sha256> hashes) {
    if (index < 0 || index >= size) return std::nullopt;
    const auto position = static_cast<std::uint64_t>(index);
    // Below `inner` the path branches left and right; above it, along the tree's right border, the siblings are all on
    // the left.
    const auto inner = static_cast<std::size_t>(std::bit_width(position ^ static_cast<std::uint64_t>(size - 1)));
    const auto border = static_cast<std::size_t>(std::popcount(position >> inner));
    if (hashes.size() != inner + border) return std::nullopt;
    auto hash = leaf;
    for (std::size_t i = 0; i < hashes.size(); ++i) {
        const bool is_left = i < inner && (position >> i & 1) == 0;
        hash = is_left ? node_hash(hash, hashes[i]) : node_hash(hashes[i], hash);
    }
    return hash;
}

}  // namespace sigstore
