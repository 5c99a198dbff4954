#include "http/client_pool.h"

#include <deque>

#include "test/support/catch.h"
#include "test/unit/http/certificates.h"
#include "test/unit/http/stream_pair.h"
#include "test/unit/http/tls_peer.h"

namespace {

std::unique_ptr<http::ClientConnection> connection_of(StreamPair& pair) { return std::make_unique<http::ClientConnection>(pair.release()); }

http::Async<std::string> body_of(http::Client& client, std::string method) {
    http::RequestHead head;
    head.method = std::move(method);
    head.target = "/v2/";
    CO_TRY(auto answer, co_await client.send(std::move(head), nullptr, base::Deadline::after(10s)));
    CO_TRY(const auto content, co_await http::read_all(answer.body(), 1000));
    co_return std::string(base::as_text(content));
}

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

TEST_CASE("who cannot repeat a request gets a connection that was used a moment ago, or none") {
    StreamPair pair("", StreamPair::Peer::open);
    http::asio::io_context io;
    const auto pool = std::make_shared<http::ClientPool>(io, 1h, 8);
    pool->give(connection_of(pair));
    std::this_thread::sleep_for(20ms);
    CHECK(pool->take(10ms) == nullptr);
    CHECK(pool->size() == 1);  // still there for others
    CHECK(pool->take(1min) != nullptr);
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

TEST_CASE("over TLS, records that came with an answer and were not asked for cost the connection, not the next answer") {
    const auto [name, method, records, connections] = GENERATE(table<std::string, std::string, std::vector<std::string_view>, int>({
        {"nothing more", "GET", {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"}, 1},
        {"a second answer",
         "GET",
         {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"},
         2},
        {"a body behind the answer to HEAD", "HEAD", {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "ok"}, 2},
    }));
    CAPTURE(name);
    const TestFolder folder;
    const auto authority = TestCertificate::authority("ca");
    authority.write(folder.path() / "ca");
    authority.issue("DNS:localhost").write(folder.path() / "tls");
    const auto server_tls = http::ServerTls::create({folder.path() / "tls.crt", folder.path() / "tls.key"}).value();
    auto script = [&](RawUpstream::Socket& socket) {
        TlsPeer peer(socket, server_tls->context().get());
        if (!peer.handshake()) return;
        while (!peer.read_head().empty()) peer.send_records(records);
    };
    RawUpstream upstream(script);
    {
        Loop loop;
        const auto origin = http::Origin::parse("https://localhost:" + std::to_string(upstream.port())).value();
        http::Client client(loop.io, loop.workers, origin, http::ClientTls::create(folder.path() / "ca.crt").value());
        const std::string expected = method == "HEAD" ? "" : "ok";
        CHECK(loop.run(body_of(client, method)).value() == expected);
        CHECK(loop.run(body_of(client, method)).value() == expected);
    }
    CHECK(upstream.accepted() == connections);
}
