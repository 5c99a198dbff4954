#include "http/client_pool.h"

#include <deque>

#include "test/support/catch.h"
#include "test/unit/http/stream_pair.h"

namespace {

std::unique_ptr<http::ClientConnection> connection_of(StreamPair& pair) { return std::make_unique<http::ClientConnection>(pair.release()); }

}  // namespace

TEST_CASE("the pool gives back the connection used last and keeps no more than its capacity") {
    std::deque<StreamPair> pairs;
    for (int i = 0; i < 3; ++i) pairs.emplace_back("", StreamPair::Peer::open);
    http::asio::io_context io;
    const auto pool = std::make_shared<http::ClientPool>(io, 1h, 2);
    std::vector<http::ClientConnection*> given;
    for (auto& pair : pairs) {
        auto connection = connection_of(pair);
        given.push_back(connection.get());
        pool->give(std::move(connection));
    }
    CHECK(pool->size() == 2);
    const auto last = pool->take();
    const auto middle = pool->take();
    CHECK(last.get() == given[2]);
    CHECK(middle.get() == given[1]);
    CHECK(pool->take() == nullptr);
    pool->close();
}

TEST_CASE("the pool drops what the peer closed or wrote to, what is too old, and everything when it closes") {
    StreamPair closed("", StreamPair::Peer::closed);
    StreamPair written("unasked", StreamPair::Peer::open);
    StreamPair open("", StreamPair::Peer::open);
    http::asio::io_context io;
    const auto pool = std::make_shared<http::ClientPool>(io, 50ms, 8);
    pool->give(connection_of(closed));
    pool->give(connection_of(written));
    std::this_thread::sleep_for(20ms);
    CHECK(pool->take() == nullptr);
    pool->give(connection_of(open));
    io.restart();
    io.run_for(2s);  // the sweep is the only work, so this returns after it
    CHECK(pool->size() == 0);
    pool->close();
    StreamPair late("", StreamPair::Peer::open);
    pool->give(connection_of(late));
    CHECK(pool->size() == 0);
}
