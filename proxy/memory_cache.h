// What may be forgotten and fetched again: manifests, evidence, tags, of all repositories, within one limit of bytes
// ([cache] memory). Least recently used goes first, by the second-chance (clock) rule: a reader only sets a mark, so a hit takes no lock
// beyond the look-up, and none at all where it holds the item already. Shared by all threads.
//
// A key is a letter for the type, a blank, and a place in a repository ("m ghcr.io/acme/app@sha256:…"). What was asked for before a write
// to a repository is not kept after it: whoever asks notes since when, and put() looks whether something was written meanwhile.
#pragma once

#include <boost/multi_index/hashed_index.hpp>
#include <boost/multi_index/mem_fun.hpp>
#include <boost/multi_index/member.hpp>
#include <boost/multi_index/sequenced_index.hpp>
#include <boost/multi_index_container.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace proxy {

// Base of what is cached. Immutable but for its marks, which a copy does not take along.
class CacheItem {
public:
    CacheItem() = default;
    CacheItem(const CacheItem&) {}
    CacheItem& operator=(const CacheItem&) = delete;
    virtual ~CacheItem() = default;
    // In the memory now. Who holds an item keeps it alive, but not true: it may have been forgotten, replaced or pushed out.
    [[nodiscard]] bool is_kept() const { return kept_.load(std::memory_order_acquire); }
    void mark_used() const { marked_.store(true, std::memory_order_relaxed); }
    [[nodiscard]] bool take_mark() const { return marked_.exchange(false, std::memory_order_relaxed); }

private:
    friend class MemoryCache;
    mutable std::atomic<bool> marked_{false};
    mutable std::atomic<bool> kept_{false};
};

// Whether something seen `then` may still be used `now`. A clock that was set back makes everything old; a time of 0 lets nothing be used.
[[nodiscard]] inline bool is_within(base::Time then, std::chrono::milliseconds time, base::Time now) {
    return then <= now && now - then < time;
}

class MemoryCache {
public:
    explicit MemoryCache(std::size_t limit) : limit_(limit) {}

    // A moment in the history of a repository's writes. Repositories share counters by hash: the worst that comes of it is that
    // something is asked for once more.
    struct Since {
        std::size_t counter = 0;
        std::uint64_t writes = 0;
    };
    [[nodiscard]] Since since(std::string_view repository) const;

    // Null where it is not there, or is of another type, which would be a mistake.
    template <typename Item>
    [[nodiscard]] std::shared_ptr<const Item> find(std::string_view key) const {
        return std::dynamic_pointer_cast<const Item>(find_item(key));
    }
    // `cost` in bytes, without the key. An item that is larger than the whole cache is not kept, nor one asked for before a write.
    void put(std::string key, std::shared_ptr<const CacheItem> item, std::size_t cost, Since asked);
    // A write to the repository that makes these keys untrue.
    void written(std::string_view repository, std::span<const std::string> keys);
    // A write after which nothing that is known of the repository can be relied on.
    void removed(std::string_view repository);
    [[nodiscard]] std::size_t bytes() const;

private:
    struct Entry {
        std::string key;
        std::shared_ptr<const CacheItem> item;
        std::size_t cost;
        [[nodiscard]] std::string_view repository() const;
    };
    struct ByKey {};
    struct ByRepository {};
    using Hash = std::hash<std::string_view>;
    // In the order in which they go: the first one next.
    using Entries = boost::multi_index_container<
        Entry,
        boost::multi_index::indexed_by<
            boost::multi_index::sequenced<>,
            boost::multi_index::hashed_unique<boost::multi_index::tag<ByKey>, boost::multi_index::member<Entry, std::string, &Entry::key>,
                                              Hash, std::equal_to<>>,
            boost::multi_index::hashed_non_unique<boost::multi_index::tag<ByRepository>,
                                                  boost::multi_index::const_mem_fun<Entry, std::string_view, &Entry::repository>, Hash>>>;
    [[nodiscard]] std::shared_ptr<const CacheItem> find_item(std::string_view key) const;
    // What is taken out is destroyed by the caller, without the lock.
    [[nodiscard]] std::shared_ptr<const CacheItem> take(Entries::iterator entry);
    [[nodiscard]] std::shared_ptr<const CacheItem> take(std::string_view key);  // null where it is not there
    void add_write(std::string_view repository);
    void make_room(Entries::iterator newest, std::vector<std::shared_ptr<const CacheItem>>& out);

    const std::size_t limit_;
    mutable std::mutex mutex_;
    Entries entries_;  // guarded by mutex_, as all below
    std::size_t bytes_ = 0;
    std::array<std::uint64_t, 1024> writes_{};
};

}  // namespace proxy
