#include "proxy/memory_cache.h"

#include "test/support/catch.h"

namespace proxy {
namespace {

struct Number final : CacheItem {
    explicit Number(int number) : value(number) {}
    int value;
};
struct Other final : CacheItem {};

void put(MemoryCache& cache, const std::string& key, int value, std::size_t cost = 1000) {
    cache.put(key, std::make_shared<const Number>(value), cost, cache.since("a/b"));
}

int value(const MemoryCache& cache, const std::string& key) {
    const auto found = cache.find<Number>(key);
    return found ? found->value : -1;
}

constexpr std::size_t kFour = 4 * (1000 + 256 + 1);  // room for four of the numbers above

}  // namespace

TEST_CASE("MemoryCache gives back what was put, and the newest of a key") {
    MemoryCache cache(kFour);
    put(cache, "a", 1);
    put(cache, "a", 2);
    CHECK(value(cache, "a") == 2);
    CHECK(value(cache, "b") == -1);
    CHECK(cache.bytes() == kFour / 4);
    CHECK(cache.find<Other>("a") == nullptr);
    const std::vector<std::string> keys{"a", "none"};
    cache.written("a/b", keys);
    cache.written("a/b", keys);
    CHECK(value(cache, "a") == -1);
    CHECK(cache.bytes() == 0);
}

TEST_CASE("MemoryCache stays within its limit; what was used lately stays, what was not goes, oldest first") {
    MemoryCache cache(kFour);
    for (const auto* key : {"a", "b", "c", "d"}) put(cache, key, 1);
    CHECK(value(cache, "a") == 1);  // marks it
    put(cache, "e", 1);
    CHECK(cache.bytes() <= kFour);
    CHECK(value(cache, "b") == -1);
    CHECK(value(cache, "a") == 1);
    CHECK(value(cache, "c") == 1);
    CHECK(value(cache, "e") == 1);
}

TEST_CASE("MemoryCache makes room even where everything was used lately") {
    MemoryCache cache(kFour);
    for (const auto* key : {"a", "b", "c", "d"}) {
        put(cache, key, 1);
        CHECK(value(cache, key) == 1);
    }
    put(cache, "e", 1, 2000);
    CHECK(cache.bytes() <= kFour);
    CHECK(value(cache, "e") == 1);
}

TEST_CASE("MemoryCache does not keep what is larger than itself, and drops what it replaces") {
    MemoryCache cache(kFour);
    put(cache, "a", 1);
    put(cache, "a", 2, kFour);
    CHECK(value(cache, "a") == -1);
    CHECK(cache.bytes() == 0);
    MemoryCache none(0);
    put(none, "a", 1, 0);
    CHECK(value(none, "a") == -1);
}

TEST_CASE("what a reader holds outlives its entry") {
    MemoryCache cache(kFour);
    put(cache, "a", 1);
    const auto held = cache.find<Number>("a");
    for (const auto* key : {"b", "c", "d", "e", "f", "g"}) put(cache, key, 1);
    CHECK(held->value == 1);
}

TEST_CASE("what was asked for before a write to its repository is not kept after it") {
    MemoryCache cache(1'000'000);
    const auto before = cache.since("a/b");
    cache.written("c/d", {});  // another repository's
    cache.put("m a/b@1", std::make_shared<const Number>(1), 10, before);
    CHECK(value(cache, "m a/b@1") == 1);
    cache.written("a/b", {});
    cache.put("m a/b@2", std::make_shared<const Number>(2), 10, before);
    CHECK(value(cache, "m a/b@2") == -1);
    cache.put("m a/b@2", std::make_shared<const Number>(2), 10, cache.since("a/b"));
    CHECK(value(cache, "m a/b@2") == 2);
    cache.removed("a/b");
    cache.put("m a/b@3", std::make_shared<const Number>(3), 10, before);
    CHECK(value(cache, "m a/b@3") == -1);
}

TEST_CASE("removed forgets everything of the repository, and nothing of one whose name begins alike") {
    MemoryCache cache(1'000'000);
    for (const auto* key :
         {"m host:5000/a@1", "e host:5000/a@1", "t host:5000/a:v1", "m host:5000/a/b@1", "m host:5000/ab@1", "t host:5000/ab:v1"})
        put(cache, key, 1);
    cache.removed("host:5000/a");
    for (const auto* key : {"m host:5000/a@1", "e host:5000/a@1", "t host:5000/a:v1"}) CHECK(value(cache, key) == -1);
    for (const auto* key : {"m host:5000/a/b@1", "m host:5000/ab@1", "t host:5000/ab:v1"}) CHECK(value(cache, key) == 1);
}

TEST_CASE("removed finds all kinds of a repository's items, at a registry with a port as well") {
    MemoryCache cache(100'000);
    const std::vector<std::string> gone{"m r:5000/a@sha256:1", "e r:5000/a@sha256:1", "t r:5000/a:v1", "t r:5000/a:v2"};
    const std::vector<std::string> stay{"m r:5000/a/b@sha256:1", "t r:5000/ab:v1", "m r/a@sha256:1", "t r:v1", "x"};
    for (const auto& key : gone) put(cache, key, 1);
    for (const auto& key : stay) put(cache, key, 1);
    cache.removed("r:5000/a");
    for (const auto& key : gone) CHECK(value(cache, key) == -1);
    for (const auto& key : stay) CHECK(value(cache, key) == 1);
    cache.removed("r:5000/a");
    CHECK(cache.bytes() > 0);
}

TEST_CASE("an item knows whether it is kept, whoever holds it: forgotten, replaced, pushed out, never taken in") {
    MemoryCache cache(kFour);
    const auto first = std::make_shared<const Number>(1);
    CHECK_FALSE(first->is_kept());
    cache.put("m a/b@1", first, 10, cache.since("a/b"));
    CHECK(first->is_kept());
    const auto second = std::make_shared<const Number>(2);
    cache.put("m a/b@1", second, 10, cache.since("a/b"));
    CHECK_FALSE(first->is_kept());
    CHECK(second->is_kept());
    cache.removed("a/b");
    CHECK_FALSE(second->is_kept());
    put(cache, "a", 1);
    const auto pushed_out = cache.find<Number>("a");
    (void)pushed_out->take_mark();
    for (const auto* key : {"b", "c", "d", "e", "f", "g"}) put(cache, key, 1);
    CHECK_FALSE(pushed_out->is_kept());
    cache.put("m a/b@1", second, 2 * kFour, cache.since("a/b"));
    CHECK_FALSE(second->is_kept());
}

}  // namespace proxy
