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
    cache.put(key, std::make_shared<const Number>(value), cost);
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
    cache.erase("a");
    cache.erase("a");
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

}  // namespace proxy
