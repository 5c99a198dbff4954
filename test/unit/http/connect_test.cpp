#include "http/connect.h"

#include "http/client.h"
#include "test/support/catch.h"
#include "test/unit/http/certificates.h"
#include "test/unit/http/raw_proxy.h"

using base::Deadline;
using base::ErrorCode;

namespace {

// Opens a connection and lets it go: it must not outlive the loop.
http::Async<void> open(Loop& loop, http::Destination destination, Deadline deadline) {
    CO_TRY_VOID(co_await http::open_stream(loop.workers, std::move(destination), deadline));
    co_return base::Result<void>();
}

base::Result<void> open(const std::string& url, http::AddressFilter refuses = {}) {
    Loop loop;
    http::Destination destination{http::Origin::parse(url).value(), nullptr, nullptr, std::move(refuses)};
    return loop.run(open(loop, std::move(destination), Deadline::after(2s)));
}

http::Async<std::string> body_of(http::Client& client, http::RequestHead head) {
    CO_TRY(auto answer, co_await client.send(std::move(head), nullptr, Deadline::after(10s)));
    CO_TRY(const auto content, co_await http::read_all(answer.body(), 1000));
    co_return std::to_string(answer.head().status) + " " + std::string(base::as_text(content));
}

// A client behind a proxy.
class Behind {
public:
    Behind(const std::string& proxy, const std::string& url, std::shared_ptr<const http::ClientTls> tls = nullptr)
        : client(loop.io, loop.workers, http::Origin::parse(url).value(), std::move(tls), options(proxy)) {}
    base::Result<std::string> get(std::string target = "/v2/?a=b") {
        http::RequestHead head;
        head.method = "GET";
        head.target = std::move(target);
        return loop.run(body_of(client, std::move(head)));
    }
    static http::ClientOptions options(const std::string& proxy) {
        http::ClientOptions options;
        options.proxy = http::ForwardProxy::parse(proxy).value();
        options.connect_timeout = 1s;
        return options;
    }
    Loop loop;
    http::Client client;
};

// A TLS server with a certificate for these names, and what a client has to trust.
struct SecureServer {
    explicit SecureServer(const std::string& names) {
        const auto authority = TestCertificate::authority("ca");
        authority.write(folder.path() / "ca");
        authority.issue(names).write(folder.path() / "tls");
        server.emplace(echo, http::ServerOptions(),
                       http::ServerTls::create({folder.path() / "tls.crt", folder.path() / "tls.key"}).value());
        trusted = http::ClientTls::create(folder.path() / "ca.crt").value();
    }
    TestFolder folder;
    std::optional<TestServer> server;
    std::shared_ptr<const http::ClientTls> trusted;
};

}  // namespace

TEST_CASE("a connection is opened within its deadline or not at all") {
    TestServer server(echo);
    CHECK(open("http://127.0.0.1:" + std::to_string(server.port())).has_value());
    CHECK(open("http://localhost:" + std::to_string(server.port())).has_value());
    CHECK_FALSE(open("http://127.0.0.1:1").has_value());
    CHECK(open("https://127.0.0.1:1").error().code() == ErrorCode::internal);
}

TEST_CASE("the filter is asked about addresses, not about names") {
    TestServer server(echo);
    const auto url = "http://localhost:" + std::to_string(server.port());
    std::vector<std::string> asked;
    const auto allow = [&](const http::asio::ip::address& address) {
        asked.push_back(address.to_string());
        return std::string();
    };
    CHECK(open(url, allow).has_value());
    REQUIRE_FALSE(asked.empty());
    CHECK(http::asio::ip::make_address(asked.front()).is_loopback());
    const auto refused = open(url, [](const http::asio::ip::address&) { return std::string("which is inside"); });
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code() == ErrorCode::unavailable);
    CHECK(refused.error().message().starts_with("localhost leads to "));
    CHECK(refused.error().message().ends_with(", which is inside"));
    CHECK(server.connections() <= 1);
}

TEST_CASE("an https origin is reached through a tunnel, with its own name inside and its name unresolved outside") {
    SecureServer secure("DNS:registry.invalid");  // RFC 6761: nobody can resolve this
    RawProxy proxy(secure.server->port());
    Behind behind(proxy.url("alice:s3cret@"), "https://registry.invalid", secure.trusted);
    CHECK(behind.get().value() == "200 GET /v2/?a=b|");
    CHECK(behind.get("/again").value() == "200 GET /again|");
    REQUIRE(proxy.heads().size() == 1);  // one tunnel, used twice
    CHECK(proxy.heads()[0].starts_with("CONNECT registry.invalid:443 HTTP/1.1\r\n"));
    CHECK(proxy.heads()[0].find("Proxy-Authorization: Basic YWxpY2U6czNjcmV0\r\n") != std::string::npos);
}

TEST_CASE("the tunnel's other end must be who was asked for") {
    SecureServer secure("DNS:other.invalid,IP:127.0.0.1");
    RawProxy proxy(secure.server->port());
    const auto refused = Behind(proxy.url(), "https://registry.invalid", secure.trusted).get();
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code() == ErrorCode::unavailable);
    CHECK(refused.error().message().starts_with("through proxy " + proxy.url()));
    CHECK(secure.server->seen().empty());
}

TEST_CASE("a proxy that opens no tunnel is named, without the password, and what it said") {
    const auto [answer, said] = GENERATE(table<std::string, std::string>({
        {"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 2\r\n\r\nno", "407 Proxy Authentication Required"},
        {"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", "403 Forbidden"},
        {"HTTP/1.1 200 OK\r\n\r\n\x16\x03\x03", "bytes behind"},
        {"HTTP/1.1 200 OK\n\n", "malformed"},
    }));
    CAPTURE(answer);
    SecureServer secure("DNS:registry.invalid");
    RawProxy proxy(0, answer);
    const auto refused = Behind(proxy.url("alice:s3cret@"), "https://registry.invalid", secure.trusted).get();
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code() == ErrorCode::unavailable);
    CHECK(refused.error().message().find("proxy " + proxy.url()) != std::string::npos);
    CHECK(refused.error().message().find(said) != std::string::npos);
    CHECK(refused.error().message().find("s3cret") == std::string::npos);
}

TEST_CASE("a proxy that is down or says nothing is named too") {
    SecureServer secure("DNS:registry.invalid");
    const auto down = Behind("http://127.0.0.1:1", "https://registry.invalid", secure.trusted).get();
    CHECK(down.error().code() == ErrorCode::unavailable);
    CHECK(down.error().message().starts_with("proxy http://127.0.0.1:1: "));
    RawUpstream silent([](RawUpstream::Socket& socket) {
        while (!read_head_from(socket).empty()) {
        }
    });
    const auto waited = Behind(silent.url(), "https://registry.invalid", secure.trusted).get();
    CHECK(waited.error().code() == ErrorCode::timed_out);
    CHECK(waited.error().message().starts_with("proxy " + silent.url()));
}

TEST_CASE("an http origin is asked for in absolute form, on connections that are kept") {
    std::vector<std::string> heads;
    {
        RawUpstream proxy([&](RawUpstream::Socket& socket) {
            for (auto head = read_head_from(socket); !head.empty(); head = read_head_from(socket)) {
                heads.push_back(std::move(head));
                write_to(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        });
        Behind behind("http://alice:s3cret@127.0.0.1:" + std::to_string(proxy.port()), "http://registry.invalid:5000");
        CHECK(behind.get().value() == "200 ok");
        CHECK(behind.get("/again").value() == "200 ok");
        CHECK(proxy.accepted() == 1);
    }
    REQUIRE(heads.size() == 2);
    CHECK(heads[0].starts_with("GET http://registry.invalid:5000/v2/?a=b HTTP/1.1\r\nHost: registry.invalid:5000\r\n"));
    CHECK(heads[1].starts_with("GET http://registry.invalid:5000/again HTTP/1.1\r\n"));
    for (const auto& head : heads) CHECK(head.find("Proxy-Authorization: Basic YWxpY2U6czNjcmV0\r\n") != std::string::npos);
}

TEST_CASE("407 to a request in absolute form is the proxy's refusal") {
    RawUpstream proxy([](RawUpstream::Socket& socket) {
        static_cast<void>(read_head_from(socket));
        write_to(socket, "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n");
    });
    const auto refused = Behind(proxy.url(), "http://registry.invalid").get();
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code() == ErrorCode::unavailable);
    CHECK(refused.error().message() == "proxy " + proxy.url() + " answered 407 Proxy Authentication Required");
}

TEST_CASE("without a proxy nothing is said about one") {
    std::vector<std::string> heads;
    {
        RawUpstream server([&](RawUpstream::Socket& socket) {
            heads.push_back(read_head_from(socket));
            write_to(socket, "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n");
        });
        Loop loop;
        http::Client client(loop.io, loop.workers, http::Origin::parse(server.url()).value(), nullptr);
        http::RequestHead head;
        head.method = "GET";
        head.target = "/v2/";
        CHECK(loop.run(body_of(client, std::move(head))).value() == "407 ");
    }
    REQUIRE(heads.size() == 1);
    CHECK(heads[0].starts_with("GET /v2/ HTTP/1.1\r\n"));
    CHECK(heads[0].find("Proxy-") == std::string::npos);
}
