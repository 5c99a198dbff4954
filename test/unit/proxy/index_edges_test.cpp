#include "proxy/index_edges.h"

#include "test/support/catch.h"

using namespace proxy;

namespace {
base::Digest digest(int n) { return base::Digest::sha256_of(base::as_bytes(std::to_string(n))); }
}  // namespace

TEST_CASE("edges are per repository, newest first, and each once") {
    IndexEdges edges;
    edges.add("r/a", digest(1), digest(10));
    edges.add("r/a", digest(1), digest(11));
    edges.add("r/a", digest(1), digest(10));
    CHECK(edges.indexes_of("r/a", digest(1), 5) == std::vector{digest(10), digest(11)});
    CHECK(edges.indexes_of("r/a", digest(1), 1) == std::vector{digest(10)});
    CHECK(edges.indexes_of("r/b", digest(1), 5).empty());
    CHECK(edges.indexes_of("r/a", digest(2), 5).empty());
}

TEST_CASE("edges are bounded: the oldest child goes first, and a child keeps its newest indexes") {
    IndexEdges edges(2);
    for (int child = 1; child <= 3; ++child) edges.add("r/a", digest(child), digest(10));
    CHECK(edges.indexes_of("r/a", digest(1), 5).empty());
    CHECK(edges.indexes_of("r/a", digest(3), 5).size() == 1);
    for (int index = 100; index < 150; ++index) edges.add("r/a", digest(3), digest(index));
    CHECK(edges.indexes_of("r/a", digest(3), 1'000).size() == 16);
    CHECK(edges.indexes_of("r/a", digest(3), 1).front() == digest(149));
}
