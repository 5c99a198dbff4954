// Redirects over real connections (oci-proxying 2.14; security-advisories 113, 119, 123, 124).
#include "registry/transport.h"

#include "test/unit/registry/upstream_world.h"

using namespace registry;
using namespace test;

namespace {

const Credentials kAccount{"alice", base::Secret("s3cret")};

// Answers the Basic challenge's password with `next`, everything else with the challenge.
ScriptedServer::Script with_password(ScriptedServer::Script next) {
    return [next = std::move(next)](const http::RequestHead& head) {
        if (!head.headers.get("Authorization")) return reply_with(401, "WWW-Authenticate", "Basic realm=r");
        return next(head);
    };
}

}  // namespace

TEST_CASE("A redirect of a manifest is followed, and keeps Authorization at its origin") {
    UpstreamWorld world(with_password([](const http::RequestHead& head) {
                            return head.target.ends_with("/moved") ? image_reply()
                                                                   : reply_with(307, "Location", "/v2/acme/app/manifests/moved");
                        }),
                        kAccount);
    CHECK(world.manifest().has_value());
    CHECK(world.server.requests().back().field("Authorization") == "Basic YWxpY2U6czNjcmV0");
}

TEST_CASE("Another port is another origin: Authorization is dropped") {
    UpstreamWorld world([](const http::RequestHead&) { return reply(500); }, kAccount);
    world.server.script(
        with_password([&](const http::RequestHead&) { return reply_with(307, "Location", world.other.url() + "/blob?signature=x"); }));
    world.other.script([](const http::RequestHead&) { return image_reply(); });
    CHECK(world.manifest().has_value());
    REQUIRE(world.other.lines() == std::vector<std::string>{"GET /blob?signature=x"});
    CHECK(world.other.requests()[0].field("Authorization").empty());
    CHECK(world.other.requests()[0].field("Accept").find(kOciIndex) != std::string::npos);
}

TEST_CASE("Authorization does not come back on the way back") {
    UpstreamWorld world([](const http::RequestHead&) { return reply(500); }, kAccount);
    world.server.script([&](const http::RequestHead& head) {
        if (head.target == "/back") return image_reply();
        if (!head.headers.get("Authorization")) return reply_with(401, "WWW-Authenticate", "Basic realm=r");
        return reply_with(302, "Location", world.other.url() + "/x");
    });
    world.other.script([&](const http::RequestHead&) { return reply_with(302, "Location", world.server.url() + "/back"); });
    CHECK(world.manifest().has_value());
    CHECK(world.server.requests().back().line() == "GET /back");
    CHECK(world.server.requests().back().field("Authorization").empty());
    CHECK(world.other.requests()[0].field("Authorization").empty());
}

TEST_CASE("A challenge of a redirect's target is answered with nothing") {
    UpstreamWorld world([](const http::RequestHead&) { return reply(500); }, kAccount);
    world.server.script(with_password([&](const http::RequestHead&) { return reply_with(302, "Location", world.other.url() + "/x"); }));
    world.other.script([&](const http::RequestHead& head) {
        if (head.target == "/token") return reply(200, R"({"token":"t"})");
        return reply_with(401, "WWW-Authenticate", "Bearer realm=\"" + world.other.url() + "/token\", Basic realm=x");
    });
    CHECK(code_of(world.manifest()) == base::ErrorCode::unauthorized);
    CHECK(world.other.lines() == std::vector<std::string>{"GET /x"});
    CHECK(world.other.requests()[0].field("Authorization").empty());
}

TEST_CASE("Five redirects are followed, the sixth is an error") {
    int hops = 0;
    UpstreamWorld world([&](const http::RequestHead&) { return hops-- > 0 ? reply_with(307, "Location", "/v2/again") : image_reply(); });
    hops = 5;
    CHECK(world.manifest().has_value());
    hops = 6;
    CHECK(code_of(world.manifest()) == base::ErrorCode::unavailable);
    CHECK(world.server.requests().size() == 12);
}

TEST_CASE("A redirect to an inside address is not followed") {
    const std::string target = GENERATE(as<std::string>(), "http://127.0.0.2/x", "http://localhost/x", "http://169.254.169.254/latest",
                                        "http://[::1]/x", "http://10.0.0.1/", "http://0x7f.1/", "file:///etc/passwd", "");
    CAPTURE(target);
    UpstreamWorld world([target](const http::RequestHead&) { return reply_with(307, "Location", target); });
    CHECK_FALSE(world.manifest().has_value());
    CHECK(world.server.requests().size() == 1);
}

TEST_CASE("A blob's redirect is followed, or handed back where the configuration says so") {
    UpstreamWorld world([](const http::RequestHead&) { return reply(500); });
    world.server.script([&](const http::RequestHead&) { return reply_with(307, "Location", world.other.url() + "/blob"); });
    world.other.script([](const http::RequestHead&) { return reply(206, "part"); });
    http::Headers range;
    range.add("Range", "bytes=0-3");
    CHECK(run(world.io, world.upstream->blob_stream("GET", kName, kSubject, range, soon()))->head().status == 206);
    CHECK(world.other.requests()[0].field("Range") == "bytes=0-3");
    world.config->follow_blob_redirects = false;
    const auto handed = run(world.io, world.upstream->blob_stream("GET", kName, kSubject, range, soon()));
    CHECK(handed->head().status == 307);
    CHECK(handed->head().headers.get("Location") == world.other.url() + "/blob");
}

TEST_CASE("A redirect of a request with a body or an effect is handed back") {
    UpstreamWorld world(
        [](const http::RequestHead& head) { return head.target == "/v2/" ? reply(200) : reply_with(307, "Location", "/elsewhere"); });
    http::BytesBody body(base::to_bytes("x"));
    CHECK(world.exchange("PUT", "/manifests/v1", &body, true)->head().status == 307);
    CHECK(world.exchange("DELETE", "/manifests/v1")->head().status == 307);
    for (const auto& line : world.server.lines()) CHECK(line.find("/elsewhere") == std::string::npos);
}

TEST_CASE("More redirect hosts than connections are kept for") {
    UpstreamWorld world([](const http::RequestHead&) { return reply(500); });
    std::vector<std::unique_ptr<ScriptedServer>> hosts;
    for (int i = 0; i < 40; ++i)
        hosts.push_back(std::make_unique<ScriptedServer>(world.io, [](const http::RequestHead&) { return image_reply(); }));
    std::size_t next = 0;
    world.server.script([&](const http::RequestHead&) { return reply_with(307, "Location", hosts[next++]->url() + "/x"); });
    for (std::size_t i = 0; i < hosts.size(); ++i) CHECK(world.manifest().has_value());
}

TEST_CASE("The body of a redirect that drips does not hold up what it leads to") {
    UpstreamWorld world([](const http::RequestHead&) { return reply(500); });
    world.server.script([&](const http::RequestHead& head) {
        if (head.target == "/moved") return image_reply();
        auto result = reply_with(307, "Location", "/moved");
        result.stream = slow_body(world.io, std::chrono::milliseconds(50));
        return result;
    });
    const auto begin = std::chrono::steady_clock::now();
    CHECK(run(world.io, world.upstream->manifest(kName, tag("v1"), base::Deadline::never())).has_value());
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
}
