// Challenges, tokens and passwords over real connections (oci-proxying 2.17 to 2.19; security-advisories 114, 115).
#include "registry/session.h"

#include "test/unit/registry/upstream_world.h"

using namespace registry;
using namespace test;

namespace {

const Credentials kAccount{"alice", base::Secret("s3cret")};
const std::string kBasic = "Basic YWxpY2U6czNjcmV0";

// A registry with its token service on the same port; every token is good for the scope it was made for.
struct TokenRegistry {
    UpstreamWorld world;
    std::string challenge_scope;  // empty: the challenge names none
    std::string accepted = "Bearer t1";
    Reply (*token_reply)() = [] { return reply(200, R"({"token":"t1","expires_in":300})"); };

    explicit TokenRegistry(std::optional<Credentials> credentials = std::nullopt)
        : world([](const http::RequestHead&) { return reply(500); }, std::move(credentials)) {
        world.server.script([this](const http::RequestHead& head) { return answer(head); });
    }
    Reply answer(const http::RequestHead& head) const {
        if (head.target.starts_with("/token")) return token_reply();
        if (head.headers.get("Authorization") == accepted) return head.target == "/v2/" ? reply(200, "{}") : image_reply();
        const auto scope = challenge_scope.empty() ? "" : ",scope=\"" + challenge_scope + "\"";
        return reply_with(401, "WWW-Authenticate", "Bearer realm=\"" + world.server.url() + "/token\",service=\"r.example\"" + scope);
    }
    [[nodiscard]] std::size_t count(const std::string& start) const {
        std::size_t result = 0;
        for (const auto& line : world.server.lines()) result += line.starts_with(start) ? 1U : 0U;
        return result;
    }
};

// A body as a client sends it: what was read is gone.
class OneWayBody final : public http::BodySource {
public:
    explicit OneWayBody(const std::string& content) : inner_(base::to_bytes(content)) {}
    http::Async<std::size_t> read(std::span<std::uint8_t> into) override { return inner_.read(into); }
    [[nodiscard]] std::optional<std::uint64_t> length() const override { return inner_.length(); }

private:
    http::BytesBody inner_;
};

}  // namespace

TEST_CASE("An anonymous token is fetched on challenge, and used again") {
    TokenRegistry registry;
    registry.challenge_scope = "repository:acme/app:pull";
    CHECK(registry.world.manifest().has_value());
    CHECK(registry.world.server.lines() == std::vector<std::string>{"GET /v2/acme/app/manifests/v1",
                                                                    "GET /token?service=r.example&scope=repository%3Aacme%2Fapp%3Apull",
                                                                    "GET /v2/acme/app/manifests/v1"});
    CHECK(registry.world.server.requests()[1].field("Authorization").empty());
    CHECK(registry.world.manifest("v2").has_value());
    CHECK(registry.world.server.requests().size() == 4);
    CHECK(registry.world.server.requests()[3].field("Authorization") == "Bearer t1");
}

TEST_CASE("A token is shared by the threads of an upstream") {
    TokenRegistry registry;
    CHECK(registry.world.manifest().has_value());
    Upstream second(registry.world.io, registry.world.workers, registry.world.config, registry.world.tokens);
    CHECK(run(registry.world.io, second.manifest(kName, tag("v1"), soon())).has_value());
    CHECK(registry.count("GET /token") == 1);
}

TEST_CASE("A challenge without a scope asks for the scope of the request") {
    TokenRegistry registry;
    CHECK(registry.world.manifest().has_value());
    CHECK(registry.world.server.lines()[1] == "GET /token?service=r.example&scope=repository%3Aacme%2Fapp%3Apull");
}

TEST_CASE("The service account goes to the realm, and only there") {
    TokenRegistry registry(kAccount);
    CHECK(registry.world.manifest().has_value());
    CHECK(registry.world.server.requests()[0].field("Authorization").empty());
    CHECK(registry.world.server.requests()[1].field("Authorization") == kBasic);
    CHECK(registry.world.server.requests()[2].field("Authorization") == "Bearer t1");
}

TEST_CASE("A realm that may not have the credentials gets not a byte") {
    UpstreamWorld world([](const http::RequestHead&) { return reply(500); }, kAccount);
    const std::string realm = GENERATE(as<std::string>(), "http://127.0.0.2:PORT/token", "http://localhost:PORT/token",
                                       "http://auth.example/token", "ftp://127.0.0.1/token", "/token");
    CAPTURE(realm);
    auto target = realm;
    if (const auto port = target.find("PORT"); port != std::string::npos)
        target.replace(port, 4, world.other.url().substr(world.other.url().rfind(':') + 1));
    world.server.script([&](const http::RequestHead&) { return reply_with(401, "WWW-Authenticate", "Bearer realm=\"" + target + "\""); });
    CHECK(code_of(world.manifest()) == base::ErrorCode::unavailable);
    CHECK(world.other.requests().empty());
    CHECK(world.server.requests().size() == 1);
}

TEST_CASE("A token service that redirects to another origin gets no password there") {
    TokenRegistry registry(kAccount);
    auto& world = registry.world;
    world.server.script([&](const http::RequestHead& head) {
        return head.target.starts_with("/token") ? reply_with(302, "Location", world.other.url() + "/t") : registry.answer(head);
    });
    world.other.script([](const http::RequestHead&) { return reply(200, R"({"token":"t1"})"); });
    CHECK(world.manifest().has_value());
    CHECK(world.other.requests()[0].field("Authorization").empty());
}

TEST_CASE("A token that is refused ends the exchange after one retry") {
    TokenRegistry registry;
    registry.accepted = "Bearer never";
    CHECK(code_of(registry.world.manifest()) == base::ErrorCode::unauthorized);
    CHECK(registry.count("GET /v2/") == 2);
    CHECK(registry.count("GET /token") == 1);
}

TEST_CASE("A cached token that is refused is fetched anew, once") {
    TokenRegistry registry;
    CHECK(registry.world.manifest().has_value());
    registry.accepted = "Bearer t2";
    registry.token_reply = [] { return reply(200, R"({"token":"t2"})"); };
    CHECK(registry.world.manifest().has_value());
    CHECK(registry.count("GET /token") == 2);
    CHECK(registry.count("GET /v2/") == 4);
}

TEST_CASE("What a token service answers decides the error") {
    const auto [name, make, code] = GENERATE(table<std::string, Reply (*)(), base::ErrorCode>({
        {"401", [] { return reply(401); }, base::ErrorCode::unauthorized},
        {"403", [] { return reply(403); }, base::ErrorCode::unauthorized},
        {"500", [] { return reply(500); }, base::ErrorCode::unavailable},
        {"not JSON", [] { return reply(200, "<html>"); }, base::ErrorCode::unavailable},
        {"no token", [] { return reply(200, "{}"); }, base::ErrorCode::unavailable},
        {"65 KiB", [] { return reply(200, "{\"token\":\"" + std::string(65 * 1024, 'x') + "\"}"); }, base::ErrorCode::unavailable},
        {"a field in it", [] { return reply(200, R"({"token":"t\r\nX-Evil: 1"})"); }, base::ErrorCode::unavailable},
    }));
    CAPTURE(name);
    TokenRegistry registry;
    registry.token_reply = make;
    CHECK(code_of(registry.world.manifest()) == code);
    CHECK(registry.count("GET /v2/") == 1);
}

TEST_CASE("A token service's refusal says what it answered") {
    TokenRegistry registry;
    registry.token_reply = [] { return reply(429); };
    const auto fetched = registry.world.manifest();
    REQUIRE_FALSE(fetched.has_value());
    CHECK(fetched.error().message().ends_with("token service answered 429 Too Many Requests"));
}

TEST_CASE("A token of no duration is used once and not kept") {
    TokenRegistry registry;
    registry.token_reply = [] { return reply(200, R"({"token":"t1","expires_in":0})"); };
    CHECK(registry.world.manifest().has_value());
    CHECK(registry.world.manifest().has_value());
    CHECK(registry.count("GET /token") == 2);
}

TEST_CASE("A Basic challenge is answered with the service account, once") {
    UpstreamWorld world(
        [](const http::RequestHead& head) {
            return head.headers.get("Authorization") == kBasic ? image_reply() : reply_with(401, "WWW-Authenticate", "Basic realm=r");
        },
        kAccount);
    CHECK(world.manifest().has_value());
    CHECK(world.server.requests().size() == 2);
    CHECK(world.manifest().has_value());
    CHECK(world.server.requests().size() == 3);
    world.server.script([](const http::RequestHead&) { return reply_with(401, "WWW-Authenticate", "Basic realm=r"); });
    CHECK(code_of(world.manifest()) == base::ErrorCode::unauthorized);
    CHECK(world.server.requests().size() == 4);
    CHECK(code_of(world.manifest()) == base::ErrorCode::unauthorized);
    CHECK(world.server.requests().size() == 6);
}

TEST_CASE("A challenge that cannot be answered is the end") {
    const std::string challenge =
        GENERATE(as<std::string>(), "Basic realm=r", "Negotiate", "Bearer", "Bearer service=x", "Bearer realm=\"", "");
    CAPTURE(challenge);
    UpstreamWorld world([challenge](const http::RequestHead&) { return reply_with(401, "WWW-Authenticate", challenge); });
    CHECK(code_of(world.manifest()) == base::ErrorCode::unauthorized);
    CHECK(world.server.requests().size() == 1);
}

TEST_CASE("An upload asks for its token before its body is sent") {
    TokenRegistry registry(kAccount);
    http::BytesBody body(base::to_bytes("layer"));
    CHECK(registry.world.exchange("PUT", "/blobs/uploads/id", &body, true)->head().status == 200);
    CHECK(registry.world.server.lines() ==
          std::vector<std::string>{"GET /v2/", "GET /token?service=r.example&scope=repository%3Aacme%2Fapp%3Apull%2Cpush",
                                   "PUT /v2/acme/app/blobs/uploads/id"});
    CHECK(registry.world.server.requests()[2].body == "layer");
    http::BytesBody again(base::to_bytes("layer"));
    CHECK(registry.world.exchange("PUT", "/blobs/uploads/id", &again, true)->head().status == 200);
    CHECK(registry.world.server.requests().size() == 4);
}

TEST_CASE("The scope of a ping's challenge is not that of an upload") {
    TokenRegistry registry;
    registry.challenge_scope = "registry:catalog:*";
    http::BytesBody body(base::to_bytes("layer"));
    CHECK(registry.world.exchange("PUT", "/blobs/uploads/id", &body, true).has_value());
    CHECK(registry.world.server.lines()[1] == "GET /token?service=r.example&scope=repository%3Aacme%2Fapp%3Apull%2Cpush");
}

TEST_CASE("A registry without authentication is pinged once for several uploads") {
    UpstreamWorld world([](const http::RequestHead&) { return reply(201); });
    for (int i = 0; i < 3; ++i) {
        http::BytesBody body(base::to_bytes("layer"));
        CHECK(world.exchange("PUT", "/blobs/uploads/id", &body, true)->head().status == 201);
    }
    CHECK(world.server.requests().size() == 4);
}

TEST_CASE("A body that was sent and is gone is not sent again: the refusal is handed back, and the next upload has its token") {
    TokenRegistry registry;
    auto& world = registry.world;
    world.server.script([&](const http::RequestHead& head) { return head.target == "/v2/" ? reply(200, "{}") : registry.answer(head); });
    OneWayBody body("layer");
    CHECK(world.exchange("PUT", "/blobs/uploads/id", &body, true)->head().status == 401);
    CHECK(registry.count("PUT") == 1);
    OneWayBody again("layer");
    CHECK(world.exchange("PUT", "/blobs/uploads/id", &again, true)->head().status == 200);
    CHECK(registry.count("PUT") == 2);
    CHECK(world.server.requests().back().body == "layer");
}

TEST_CASE("Pull and push have their own tokens") {
    TokenRegistry registry;
    CHECK(registry.world.exchange("POST", "/blobs/uploads/", nullptr, true)->head().status == 200);
    CHECK(registry.world.manifest().has_value());
    CHECK(registry.count("GET /token?service=r.example&scope=repository%3Aacme%2Fapp%3Apull%2Cpush") == 1);
    CHECK(registry.count("GET /token") == 2);
}

TEST_CASE("A challenge to an upload that starts with an empty body is answered") {
    TokenRegistry registry;
    auto& world = registry.world;
    world.server.script([&](const http::RequestHead& head) { return head.target == "/v2/" ? reply(200, "{}") : registry.answer(head); });
    OneWayBody empty("");
    const auto answer = world.exchange("POST", "/blobs/uploads/", &empty, true);
    REQUIRE(answer.has_value());
    CHECK(answer->head().status == 200);
    CHECK(registry.count("POST") == 2);
}

TEST_CASE("A body in memory is sent again when its token was revoked") {
    TokenRegistry registry;
    auto& world = registry.world;
    http::BytesBody first(base::to_bytes(kImage));
    CHECK(world.exchange("PUT", "/manifests/v1", &first, true)->head().status == 200);
    registry.accepted = "Bearer t2";
    registry.token_reply = [] { return reply(200, R"({"token":"t2"})"); };
    http::BytesBody second(base::to_bytes(kImage));
    CHECK(world.exchange("PUT", "/manifests/v1", &second, true)->head().status == 200);
    CHECK(registry.count("PUT") == 3);
    CHECK(registry.count("GET /token") == 2);
    CHECK(world.server.requests().back().body == kImage);
}

TEST_CASE("A body in memory is sent again once, not for ever") {
    TokenRegistry registry;
    registry.accepted = "Bearer never";
    http::BytesBody body(base::to_bytes(kImage));
    CHECK(registry.world.exchange("PUT", "/manifests/v1", &body, true)->head().status == 401);
    CHECK(registry.count("PUT") == 2);
}

TEST_CASE("The token of a deletion is for deletions only") {
    UpstreamWorld world([](const http::RequestHead&) { return reply(500); });
    world.server.script([&](const http::RequestHead& head) {
        if (head.target.starts_with("/token")) return reply(200, head.target.ends_with("delete") ? R"({"token":"d"})" : R"({"token":"p"})");
        const std::string action = head.method == "DELETE" ? "delete" : "pull,push";
        const auto sent = head.headers.get("Authorization");
        if (sent) return reply(sent == (head.method == "DELETE" ? "Bearer d" : "Bearer p") ? 202 : 403);
        const auto scope = "repository:acme/app:" + action;
        return reply_with(401, "WWW-Authenticate", "Bearer realm=\"" + world.server.url() + "/token\",scope=\"" + scope + "\"");
    });
    CHECK(world.exchange("DELETE", "/manifests/v1", nullptr, true)->head().status == 202);
    http::BytesBody body(base::to_bytes(kImage));
    CHECK(world.exchange("PUT", "/manifests/v1", &body, true)->head().status == 202);
    CHECK(world.exchange("DELETE", "/manifests/v1", nullptr, true)->head().status == 202);
    CHECK(world.server.requests().back().field("Authorization") == "Bearer d");
}

TEST_CASE("A deletion's challenge without a scope asks for the right to delete") {
    TokenRegistry registry;
    CHECK(registry.world.exchange("DELETE", "/manifests/v1", nullptr, true)->head().status == 200);
    CHECK(registry.world.server.lines()[1] == "GET /token?service=r.example&scope=repository%3Aacme%2Fapp%3Adelete");
}
