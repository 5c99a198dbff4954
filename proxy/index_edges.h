// Which indexes list a child: learned when an index was allowed by signatures, so that a later request for the child can be judged by
// the index anew (design 7). An edge grants nothing by itself. Bounded; shared by all threads.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"

namespace proxy {

class IndexEdges {
public:
    explicit IndexEdges(std::size_t limit = 100'000) : limit_(limit) {}
    void add(const std::string& repository, const base::Digest& child, const base::Digest& index);
    // Newest first, at most `most`.
    [[nodiscard]] std::vector<base::Digest> indexes_of(const std::string& repository, const base::Digest& child, std::size_t most) const;

private:
    using Key = std::pair<std::string, base::Digest>;
    const std::size_t limit_;
    mutable std::mutex mutex_;
    std::map<Key, std::vector<base::Digest>> indexes_;  // guarded by mutex_
    std::deque<Key> oldest_first_;                      // guarded by mutex_; one entry per key of indexes_
};

}  // namespace proxy
