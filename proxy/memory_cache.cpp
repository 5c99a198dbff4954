#include "proxy/memory_cache.h"

#include <algorithm>
#include <iterator>

namespace proxy {
namespace {

constexpr std::size_t kEntryOverhead = 256;  // nodes, hash bucket, control block

}  // namespace

// "m registry/name@…", "t registry/name:…"; a registry may have a port.
std::string_view MemoryCache::Entry::repository() const {
    const std::string_view place = std::string_view(key).substr(std::min<std::size_t>(2, key.size()));
    const auto at = place.find('@');
    return place.substr(0, at != std::string_view::npos ? at : place.rfind(':'));
}

std::shared_ptr<const CacheItem> MemoryCache::find_item(std::string_view key) const {
    const std::lock_guard lock(mutex_);
    const auto& keys = entries_.get<ByKey>();
    const auto found = keys.find(key);
    if (found == keys.end()) return nullptr;
    found->item->mark_used();
    return found->item;
}

MemoryCache::Since MemoryCache::since(std::string_view repository) const {
    const auto counter = Hash()(repository) % writes_.size();
    const std::lock_guard lock(mutex_);
    return Since{counter, writes_[counter]};
}

void MemoryCache::put(std::string key, std::shared_ptr<const CacheItem> item, std::size_t cost, Since asked) {
    cost += key.size() + kEntryOverhead;
    std::vector<std::shared_ptr<const CacheItem>> out;
    const std::lock_guard lock(mutex_);
    if (writes_[asked.counter] != asked.writes) return;
    out.push_back(take(key));
    if (cost > limit_) return;
    item->kept_.store(true, std::memory_order_release);
    entries_.push_back(Entry{std::move(key), std::move(item), cost});
    bytes_ += cost;
    make_room(std::prev(entries_.end()), out);
}

void MemoryCache::add_write(std::string_view repository) { ++writes_[Hash()(repository) % writes_.size()]; }

void MemoryCache::written(std::string_view repository, std::span<const std::string> keys) {
    std::vector<std::shared_ptr<const CacheItem>> out;
    const std::lock_guard lock(mutex_);
    add_write(repository);
    for (const auto& key : keys) out.push_back(take(key));
}

void MemoryCache::removed(std::string_view repository) {
    std::vector<std::shared_ptr<const CacheItem>> out;
    const std::lock_guard lock(mutex_);
    add_write(repository);
    auto [entry, end] = entries_.get<ByRepository>().equal_range(repository);
    while (entry != end) out.push_back(take(entries_.project<0>(entry++)));
}

std::size_t MemoryCache::bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
}

std::shared_ptr<const CacheItem> MemoryCache::take(Entries::iterator entry) {
    auto item = entry->item;
    item->kept_.store(false, std::memory_order_release);
    bytes_ -= entry->cost;
    entries_.erase(entry);
    return item;
}

std::shared_ptr<const CacheItem> MemoryCache::take(std::string_view key) {
    const auto& keys = entries_.get<ByKey>();
    const auto found = keys.find(key);
    return found == keys.end() ? nullptr : take(entries_.project<0>(found));
}

// Each mark gives one more round. The newest entry is not asked: nobody had time to use it.
void MemoryCache::make_room(Entries::iterator newest, std::vector<std::shared_ptr<const CacheItem>>& out) {
    auto rounds = 2 * entries_.size();  // readers may set marks again meanwhile; they are not waited for
    while (bytes_ > limit_) {
        const auto oldest = entries_.begin();
        const bool stays = oldest == newest || (rounds > 0 && oldest->item->take_mark());
        if (rounds > 0) --rounds;
        if (stays) {
            entries_.relocate(entries_.end(), oldest);
        } else {
            out.push_back(take(oldest));
        }
    }
}

}  // namespace proxy
