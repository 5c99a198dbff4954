#include "sigstore/merkle.h"

#include <vector>

#include "test/support/catch.h"

using namespace sigstore;
using Hashes = std::vector<base::Sha256>;

namespace {

// RFC 6962 2.1 as it is written there: MTH and PATH by recursion over the list of leaves.
base::Sha256 node(const base::Sha256& left, const base::Sha256& right) {
    const base::Bytes prefix{0x01};
    return base::sha256({prefix, left, right});
}
std::size_t split(std::size_t size) {
    std::size_t k = 1;
    while (k * 2 < size) k *= 2;
    return k;
}
base::Sha256 tree_root(std::span<const base::Sha256> leaves) {
    if (leaves.size() == 1) return leaves[0];
    const auto k = split(leaves.size());
    return node(tree_root(leaves.first(k)), tree_root(leaves.subspan(k)));
}
Hashes path(std::size_t index, std::span<const base::Sha256> leaves) {
    if (leaves.size() == 1) return {};
    const auto k = split(leaves.size());
    auto hashes = index < k ? path(index, leaves.first(k)) : path(index - k, leaves.subspan(k));
    hashes.push_back(index < k ? tree_root(leaves.subspan(k)) : tree_root(leaves.first(k)));
    return hashes;
}
Hashes leaves(std::size_t count) {
    Hashes hashes;
    for (std::size_t i = 0; i < count; ++i) hashes.push_back(leaf_hash(base::Bytes{static_cast<std::uint8_t>(i)}));
    return hashes;
}

}  // namespace

TEST_CASE("the leaf hash of nothing is that of RFC 6962") {
    CHECK(base::hex_encode(leaf_hash({})) == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

TEST_CASE("for trees of 1 to 64 leaves the right path leads to the root and no other does") {
    for (std::size_t size = 1; size <= 64; ++size) {
        const auto all = leaves(size);
        const auto root = tree_root(all);
        for (std::size_t index = 0; index < size; ++index) {
            const auto hashes = path(index, all);
            const auto at = static_cast<std::int64_t>(index);
            const auto count = static_cast<std::int64_t>(size);
            if (root_of_path(all[index], at, count, hashes) != root) FAIL("size " << size << " index " << index);
            for (std::size_t other = 0; other < size; ++other) {
                if (other == index) continue;
                if (root_of_path(all[index], static_cast<std::int64_t>(other), count, hashes) == root) {
                    FAIL("size " << size << ", leaf " << index << " passes as leaf " << other);
                }
            }
            auto longer = hashes;
            longer.push_back(root);
            CHECK_FALSE(root_of_path(all[index], at, count, longer));
            if (hashes.empty()) continue;
            auto shorter = hashes;
            shorter.pop_back();
            CHECK_FALSE(root_of_path(all[index], at, count, shorter));
            for (std::size_t level = 0; level < hashes.size(); ++level) {
                auto changed = hashes;
                changed[level][0] ^= 1;
                CHECK(root_of_path(all[index], at, count, changed) != root);
            }
        }
    }
}

TEST_CASE("the largest tree needs its path") {
    const auto leaf = leaf_hash({});
    for (std::size_t length = 0; length <= 64; ++length) {
        CHECK(root_of_path(leaf, INT64_MAX - 1, INT64_MAX, Hashes(length, leaf)).has_value() == (length == 62));
    }
}

TEST_CASE("positions outside the tree have no root") {
    const auto leaf = leaf_hash({});
    const auto [name, index, size] = GENERATE(table<std::string, std::int64_t, std::int64_t>({
        {"empty tree", 0, 0},
        {"negative size", 0, -1},
        {"negative index", -1, 1},
        {"index is the size", 1, 1},
        {"extremes", INT64_MAX, INT64_MAX},
        {"the smallest number", INT64_MIN, INT64_MAX},
        {"index beyond a larger tree", 6, 5},
    }));
    CAPTURE(name);
    CHECK_FALSE(root_of_path(leaf, index, size, {}));
    // Whatever the path: some length would fit the position if it were looked at.
    for (std::size_t length = 0; length <= 64; ++length) CHECK_FALSE(root_of_path(leaf, index, size, Hashes(length, leaf)));
}
