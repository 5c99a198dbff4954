#include "http/resolve.h"

#include "test/support/catch.h"
#include "test/unit/http/raw_peers.h"

TEST_CASE("an address is itself, a name is looked up on the workers") {
    Loop loop;
    const auto literal = loop.run(http::resolve(loop.workers, "::1", 443, base::Deadline::after(5s)));
    REQUIRE(literal.has_value());
    CHECK(literal->front().address().to_string() == "::1");
    CHECK(literal->front().port() == 443);
    const auto named = loop.run(http::resolve(loop.workers, "localhost", 5000, base::Deadline::after(5s)));
    REQUIRE(named.has_value());
    CHECK(named->front().address().is_loopback());
    CHECK(named->front().port() == 5000);
}

TEST_CASE("a name that does not exist is unavailable") {
    Loop loop;
    // RFC 6761 section 6.4: "invalid" never resolves.
    CHECK(loop.run(http::resolve(loop.workers, "nobody.invalid", 1, base::Deadline::after(20s))).error().code() ==
          base::ErrorCode::unavailable);
}

TEST_CASE("a look-up that takes too long is left behind") {
    std::atomic<bool> release = false;  // outlives the worker, which the loop joins
    Loop loop;
    http::asio::post(loop.workers, [&] {  // the only worker is busy
        while (!release) std::this_thread::sleep_for(1ms);
    });
    const auto start = std::chrono::steady_clock::now();
    CHECK(loop.run(http::resolve(loop.workers, "localhost", 1, base::Deadline::after(50ms))).error().code() == base::ErrorCode::timed_out);
    CHECK(std::chrono::steady_clock::now() - start < 5s);
    release = true;
}
