// What may be forgotten and fetched again: manifests, evidence, tags, of all repositories, within one limit of bytes
// ([cache] memory). Least recently used goes first, by the second-chance (clock) rule: a reader only sets a mark, so a hit takes no lock
// beyond the look-up, and none at all where it holds the item already. Shared by all threads.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.h"

namespace proxy {

// Base of what is cached. Immutable but for the mark.
class CacheItem {
public:
    CacheItem() = default;
    CacheItem(const CacheItem& other) : marked_(other.marked_.load(std::memory_order_relaxed)) {}
    CacheItem& operator=(const CacheItem&) = delete;
    virtual ~CacheItem() = default;
    void mark_used() const { marked_.store(true, std::memory_order_relaxed); }
    [[nodiscard]] bool take_mark() const { return marked_.exchange(false, std::memory_order_relaxed); }

private:
    mutable std::atomic<bool> marked_{false};
};

// Whether something seen `then` may still be used `now`. A clock that was set back makes everything old; a time of 0 lets nothing be used.
[[nodiscard]] inline bool is_within(base::Time then, std::chrono::milliseconds time, base::Time now) { return then <= now && now - then < time; }

class MemoryCache {
public:
    explicit MemoryCache(std::size_t limit) : limit_(limit) {}

    // Null where it is not there, or is of another type. Keys begin with a letter for their type, so the latter means a mistake.
    template <typename Item>
    [[nodiscard]] std::shared_ptr<const Item> find(std::string_view key) const {
        return std::dynamic_pointer_cast<const Item>(find_item(key));
    }
    // `cost` in bytes, without the key. An item that is larger than the whole cache is not kept.
    void put(std::string key, std::shared_ptr<const CacheItem> item, std::size_t cost);
    void erase(std::string_view key);
    [[nodiscard]] std::size_t bytes() const;

private:
    struct Entry {
        std::string key;
        std::shared_ptr<const CacheItem> item;
        std::size_t cost;
    };
    using Entries = std::list<Entry>;
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    [[nodiscard]] std::shared_ptr<const CacheItem> find_item(std::string_view key) const;
    void remove(Entries::iterator entry);
    void make_room(Entries::iterator newest);

    const std::size_t limit_;
    mutable std::mutex mutex_;
    Entries entries_;  // guarded by mutex_, as all below; the next to go first
    std::unordered_map<std::string_view, Entries::iterator, Hash> index_;  // keys are those of entries_
    std::size_t bytes_ = 0;
};

}  // namespace proxy
