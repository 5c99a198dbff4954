#include "http/client_connection.h"

#include "test/support/catch.h"
#include "test/unit/http/stream_pair.h"

namespace {

const std::string kHead = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

}  // namespace

TEST_CASE("an exchange sends the head and reads the final answer") {
    StreamPair pair("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nx", StreamPair::Peer::open);
    http::ClientConnection connection(pair.release());
    const auto answer = pair.run(connection.exchange(kHead, nullptr, http::RequestMethod::other, 1000));
    REQUIRE(answer.has_value());
    CHECK(answer->head.status == 404);
    CHECK(connection.request_complete());
    CHECK_FALSE(connection.untouched());
    CHECK_FALSE(connection.reusable(true));  // the body is still there
}

TEST_CASE("an exchange that met a closed connection says that nothing was answered") {
    StreamPair pair("", StreamPair::Peer::closed);
    http::ClientConnection connection(pair.release());
    CHECK_FALSE(pair.run(connection.exchange(kHead, nullptr, http::RequestMethod::other, 1000)).has_value());
    CHECK(connection.untouched());
}

TEST_CASE("an answer that came before the upload's end leaves the connection unusable") {
    StreamPair pair("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", StreamPair::Peer::open);
    http::ClientConnection connection(pair.release());
    PatternBody body(1'000'000'000, std::nullopt);
    const auto answer = pair.run(connection.exchange(kHead, &body, http::RequestMethod::other, 1000));
    REQUIRE(answer.has_value());
    CHECK(answer->head.status == 401);
    CHECK_FALSE(connection.request_complete());
    CHECK_FALSE(connection.reusable(true));
}
