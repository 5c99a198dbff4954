#include "proxy/index_edges.h"

#include <algorithm>

namespace proxy {
namespace {
constexpr std::size_t kIndexesPerChild = 16;
}

void IndexEdges::add(const std::string& repository, const base::Digest& child, const base::Digest& index) {
    const std::lock_guard lock(mutex_);
    Key key(repository, child);
    const auto [entry, is_new] = indexes_.try_emplace(key);
    auto& indexes = entry->second;
    std::erase(indexes, index);
    indexes.push_back(index);
    if (indexes.size() > kIndexesPerChild) indexes.erase(indexes.begin());
    if (!is_new) return;
    oldest_first_.push_back(std::move(key));
    if (oldest_first_.size() > limit_) {
        indexes_.erase(oldest_first_.front());
        oldest_first_.pop_front();
    }
}

std::vector<base::Digest> IndexEdges::indexes_of(const std::string& repository, const base::Digest& child, std::size_t most) const {
    const std::lock_guard lock(mutex_);
    const auto found = indexes_.find(Key(repository, child));
    if (found == indexes_.end()) return {};
    std::vector<base::Digest> newest_first(found->second.rbegin(), found->second.rend());
    if (newest_first.size() > most) newest_first.erase(newest_first.begin() + static_cast<std::ptrdiff_t>(most), newest_first.end());
    return newest_first;
}

}  // namespace proxy
