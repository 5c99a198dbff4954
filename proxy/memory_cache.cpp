#include "proxy/memory_cache.h"

namespace proxy {
namespace {

constexpr std::size_t kEntryOverhead = 256;  // nodes, hash bucket, control block

// "m registry/name@…", "t registry/name:…"
bool is_place_in(std::string_view key, std::string_view repository) {
    const auto place = key.substr(2);
    if (!place.starts_with(repository) || place.size() == repository.size()) return false;
    return place[repository.size()] == '@' || place[repository.size()] == ':';
}

}  // namespace

std::shared_ptr<const CacheItem> MemoryCache::find_item(std::string_view key) const {
    const std::lock_guard lock(mutex_);
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    found->second->item->mark_used();
    return found->second->item;
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
    if (const auto found = index_.find(key); found != index_.end()) out.push_back(take(found->second));
    if (cost > limit_) return;
    item->kept_.store(true, std::memory_order_release);
    entries_.push_back(Entry{std::move(key), std::move(item), cost});
    index_.emplace(entries_.back().key, std::prev(entries_.end()));
    bytes_ += cost;
    make_room(std::prev(entries_.end()), out);
}

void MemoryCache::add_write(std::string_view repository) { ++writes_[Hash()(repository) % writes_.size()]; }

void MemoryCache::written(std::string_view repository, std::span<const std::string> keys) {
    std::vector<std::shared_ptr<const CacheItem>> out;
    const std::lock_guard lock(mutex_);
    add_write(repository);
    for (const auto& key : keys) {
        if (const auto found = index_.find(key); found != index_.end()) out.push_back(take(found->second));
    }
}

void MemoryCache::removed(std::string_view repository) {
    std::vector<std::shared_ptr<const CacheItem>> out;
    const std::lock_guard lock(mutex_);
    add_write(repository);
    for (auto entry = entries_.begin(); entry != entries_.end();) {
        const auto current = entry++;
        if (is_place_in(current->key, repository)) out.push_back(take(current));
    }
}

std::size_t MemoryCache::bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
}

std::shared_ptr<const CacheItem> MemoryCache::take(Entries::iterator entry) {
    auto item = std::move(entry->item);
    item->kept_.store(false, std::memory_order_release);
    bytes_ -= entry->cost;
    index_.erase(entry->key);
    entries_.erase(entry);
    return item;
}

// Each mark gives one more round. The newest entry is not asked: nobody had time to use it.
void MemoryCache::make_room(Entries::iterator newest, std::vector<std::shared_ptr<const CacheItem>>& out) {
    auto rounds = 2 * entries_.size();  // readers may set marks again meanwhile; they are not waited for
    while (bytes_ > limit_) {
        const auto oldest = entries_.begin();
        const bool stays = oldest == newest || (rounds > 0 && oldest->item->take_mark());
        if (rounds > 0) --rounds;
        if (stays) {
            entries_.splice(entries_.end(), entries_, oldest);
        } else {
            out.push_back(take(oldest));
        }
    }
}

}  // namespace proxy
