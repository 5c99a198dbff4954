#include <mutex>

#include "http/head_writer.h"
#include "http/server.h"
#include "test/support/catch.h"
#include "test/unit/http/certificates.h"
#include "test/unit/http/fetcher.h"
#include "test/unit/http/raw_peers.h"

namespace {

// Answers /ready and /large, and keeps what it was told.
class Answers final : public http::ReadyAnswers {
public:
    explicit Answers(std::size_t large) : large_(large, 'x') {
        ready_head_ = prepared(5);
        large_head_ = prepared(large);
    }
    std::optional<http::ReadyAnswer> find(const http::RequestView& request) override {
        const bool is_large = request.target == "/large";
        if (!is_large && request.target != "/ready") return std::nullopt;
        http::ReadyAnswer answer;
        answer.to_head = request.method == "HEAD";
        answer.head = is_large ? large_head_ : ready_head_;
        if (!answer.to_head) answer.body = base::as_bytes(is_large ? std::string_view(large_) : std::string_view("ready"));
        return answer;
    }
    void sent(const http::ReadyAnswer& answer, std::string_view peer, std::uint64_t body_bytes) override {
        const std::lock_guard lock(mutex_);
        told_.push_back((answer.to_head ? "HEAD " : "GET ") + std::string(peer.substr(0, peer.find(':'))) + " " +
                        std::to_string(body_bytes));
    }
    // An answer is told of after it was written: waits for so many.
    [[nodiscard]] std::vector<std::string> told(std::size_t expected) const {
        for (int i = 0; i < 500; ++i) {
            {
                const std::lock_guard lock(mutex_);
                if (told_.size() >= expected) return told_;
            }
            std::this_thread::sleep_for(10ms);
        }
        return {};
    }

private:
    static std::string prepared(std::size_t length) {
        http::ResponseHead head;
        head.headers.set("X-Ready", "yes");
        return http::prepare_response_head(head, http::Framing(http::Framing::Kind::length, length)).value();
    }
    std::string large_;
    std::string ready_head_;
    std::string large_head_;
    mutable std::mutex mutex_;
    std::vector<std::string> told_;
};

struct Fixture {
    explicit Fixture(std::size_t large = 10) : answers(std::make_shared<Answers>(large)) {
        http::ServerOptions options;
        options.ready = answers;
        server.emplace(echo, std::move(options));
    }
    std::shared_ptr<Answers> answers;
    std::optional<TestServer> server;
};

std::string get(std::string_view target, std::string_view more = "", std::string_view method = "GET") {
    return std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: gate\r\n" + std::string(more) + "\r\n";
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a ready answer has its head, a date and its body, and never meets the handler") {
    Fixture fixture;
    RawClient client(fixture.server->port());
    client.send(get("/ready"));
    const auto answer = client.read_until("ready");
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\nX-Ready: yes\r\nContent-Length: 5\r\nDate: "));
    CHECK(answer.ends_with(" GMT\r\n\r\nready"));
    CHECK(fixture.server->seen().empty());
    CHECK(fixture.answers->told(1) == Texts{"GET 127.0.0.1 5"});
}

TEST_CASE("ready and other answers take turns on one connection, pipelined or byte by byte, in order") {
    Fixture fixture;
    RawClient client(fixture.server->port());
    client.send(get("/ready") + get("/a") + get("/ready") + get("/ready") + get("/b", "Connection: close\r\n"));
    const auto all = client.read_all();
    std::size_t at = 0;
    for (const auto* part : {"ready", "GET /a|", "\r\n\r\nready", "\r\n\r\nready", "GET /b|"}) {
        at = all.find(part, at);
        REQUIRE(at != std::string::npos);
        at += std::string_view(part).size();
    }
    CHECK(fixture.server->seen() == Texts{"GET /a", "GET /b"});
    RawClient slow(fixture.server->port());
    slow.send_slowly(get("/ready"));
    slow.send_slowly(get("/ready"));
    CHECK(slow.read_until("ready").ends_with("ready"));
    CHECK(slow.read_until("ready").ends_with("ready"));
}

TEST_CASE("HEAD has the length of GET and no body") {
    Fixture fixture;
    RawClient client(fixture.server->port());
    client.send(get("/ready", "", "HEAD") + get("/b", "Connection: close\r\n"));
    const auto all = client.read_all();
    CHECK(all.find("Content-Length: 5\r\n") != std::string::npos);
    CHECK(all.find("ready") == std::string::npos);
    CHECK(fixture.answers->told(1) == Texts{"HEAD 127.0.0.1 0"});
}

TEST_CASE("a request that closes, has a body, is HTTP/1.0 or is refused goes the long way") {
    const auto request = GENERATE(
        as<std::string>{}, get("/ready", "Connection: close\r\n"), get("/ready", "Content-Length: 1\r\nConnection: close\r\n") + "x",
        "GET /ready HTTP/1.0\r\nHost: gate\r\n\r\n", "GET /ready HTTP/1.1\r\n\r\n", "GET /ready HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
    CAPTURE(request);
    Fixture fixture;
    const auto answer = roundtrip(fixture.server->port(), request);
    CHECK(answer.find("X-Ready") == std::string::npos);
    CHECK(fixture.answers->told(0).empty());
    CHECK(fixture.server->seen().size() == (request.find("gate") == std::string::npos ? 0 : 1));
}

TEST_CASE("an answer that the client does not take at once is whole in the end, and the connection goes on") {
    constexpr std::size_t kLarge = 30'000'000;
    Fixture fixture(kLarge);
    RawClient client(fixture.server->port());
    client.send(get("/large"));
    std::this_thread::sleep_for(200ms);
    client.send(get("/ready"));
    const auto all = client.read_until("ready");
    const auto begin = all.find("\r\n\r\n") + 4;
    CHECK(all.substr(begin, kLarge) == std::string(kLarge, 'x'));
    CHECK(all.substr(begin + kLarge).starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(fixture.answers->told(2) == Texts{"GET 127.0.0.1 30000000", "GET 127.0.0.1 5"});
}

TEST_CASE("over TLS ready answers are the same, also those that the client does not take at once") {
    constexpr std::size_t kLarge = 9'000'000;
    const TestFolder folder;
    const auto authority = TestCertificate::authority("ca");
    authority.write(folder.path() / "ca");
    authority.issue("DNS:localhost").write(folder.path() / "tls");
    http::ServerOptions options;
    const auto answers = std::make_shared<Answers>(kLarge);
    options.ready = answers;
    const TestServer server(echo, options, http::ServerTls::create({folder.path() / "tls.crt", folder.path() / "tls.key"}).value());
    Fetcher fetcher("https://localhost:" + std::to_string(server.port()), http::ClientTls::create(folder.path() / "ca.crt").value());
    for (int i = 0; i < 3; ++i) {
        const auto ready = fetcher.get("/ready").value();
        CHECK(ready.body == "ready");
        CHECK(ready.headers.get("X-Ready") == "yes");
        CHECK(fetcher.get("/large").value().body == std::string(kLarge, 'x'));
        CHECK(fetcher.get("/long-way").value().body == "GET /long-way|");
    }
    CHECK(server.seen() == Texts(3, "GET /long-way"));
    CHECK(fetcher.client.idle_connections() == 1);
}

TEST_CASE("a client that leaves in the middle of a ready answer is told of, with what it got") {
    Fixture fixture(30'000'000);
    {
        RawClient client(fixture.server->port());
        client.send(get("/large"));
        std::this_thread::sleep_for(100ms);
    }
    REQUIRE(fixture.answers->told(1).size() == 1);
    CHECK(fixture.answers->told(1).front() != "GET 127.0.0.1 30000000");
    CHECK(fixture.server->stop(1s));
}

TEST_CASE("a head that begins behind a ready answer has its own time") {
    auto answers = std::make_shared<Answers>(10);
    http::ServerOptions options;
    options.ready = answers;
    options.head_timeout = 1000ms;
    TestServer server(echo, options);
    RawClient client(server.port());
    std::this_thread::sleep_for(800ms);
    client.send(get("/ready") + "GET /slow HTTP/1.1\r\n");
    CHECK(client.read_until("ready").ends_with("ready"));
    std::this_thread::sleep_for(500ms);
    client.send("Host: gate\r\n\r\n");
    CHECK(client.read_some().starts_with("HTTP/1.1 200"));
}

TEST_CASE("connections that wait on the fast lane end by the idle time, and at once when the server stops") {
    auto answers = std::make_shared<Answers>(10);
    http::ServerOptions options;
    options.ready = answers;
    options.idle_timeout = 100ms;
    TestServer server(echo, options);
    RawClient client(server.port());
    client.send(get("/ready"));
    CHECK(client.read_until("ready").ends_with("ready"));
    const auto start = std::chrono::steady_clock::now();
    CHECK(client.read_some().empty());
    CHECK_FALSE(client.timed_out());
    CHECK(std::chrono::steady_clock::now() - start < 2s);
    Fixture fixture;
    RawClient waiting(fixture.server->port());
    waiting.send(get("/ready"));
    CHECK(waiting.read_until("ready").ends_with("ready"));
    const auto stopping = std::chrono::steady_clock::now();
    CHECK(fixture.server->stop(5s));
    CHECK(std::chrono::steady_clock::now() - stopping < 2s);
    CHECK(waiting.read_some().empty());
}
