#include "proxy/memory_cache.h"

#include <vector>

namespace proxy {
namespace {
constexpr std::size_t kEntryOverhead = 256;  // nodes, hash bucket, control block
}

std::shared_ptr<const CacheItem> MemoryCache::find_item(std::string_view key) const {
    const std::lock_guard lock(mutex_);
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    found->second->item->mark_used();
    return found->second->item;
}

void MemoryCache::put(std::string key, std::shared_ptr<const CacheItem> item, std::size_t cost) {
    cost += key.size() + kEntryOverhead;
    std::shared_ptr<const CacheItem> replaced;  // destroyed without the lock
    const std::lock_guard lock(mutex_);
    if (const auto found = index_.find(key); found != index_.end()) {
        replaced = found->second->item;
        remove(found->second);
    }
    if (cost > limit_) return;
    entries_.push_back(Entry{std::move(key), std::move(item), cost});
    index_.emplace(entries_.back().key, std::prev(entries_.end()));
    bytes_ += cost;
    make_room(std::prev(entries_.end()));
}

void MemoryCache::erase(std::string_view key) {
    const std::lock_guard lock(mutex_);
    if (const auto found = index_.find(key); found != index_.end()) remove(found->second);
}

std::size_t MemoryCache::bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
}

void MemoryCache::remove(Entries::iterator entry) {
    bytes_ -= entry->cost;
    index_.erase(entry->key);
    entries_.erase(entry);
}

// Each mark gives one more round. The newest entry is not asked: nobody had time to use it.
void MemoryCache::make_room(Entries::iterator newest) {
    auto rounds = 2 * entries_.size();  // readers may set marks again meanwhile; they are not waited for
    while (bytes_ > limit_) {
        const auto oldest = entries_.begin();
        const bool stays = oldest == newest || (rounds > 0 && oldest->item->take_mark());
        if (rounds > 0) --rounds;
        if (stays) {
            entries_.splice(entries_.end(), entries_, oldest);
        } else {
            remove(oldest);
        }
    }
}

}  // namespace proxy
