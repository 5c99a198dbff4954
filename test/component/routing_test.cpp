#include "test/component/gate_fixture.h"
#include "test/support/catch.h"

using namespace test;

namespace {

// Starts every upload as a registry does.
VectorRegistry::Intercept starting_uploads() {
    return [](const http::RequestHead& head) -> std::optional<Answer> {
        if (head.method != "POST") return std::nullopt;
        Answer answer;
        answer.status = 202;
        answer.headers.set("Location", "/v2/acme/app/blobs/uploads/abc?_state=s");
        return answer;
    };
}

}  // namespace

TEST_CASE("whatever chose the upstream of an upload leads its next request there too") {
    VectorRegistry first(false);
    VectorRegistry second(false);
    const auto [found_by, target, host, location] = GENERATE(table<std::string, std::string, std::string, std::string>({
        {"prefix = \"b\"", "/v2/b/acme/app/blobs/uploads/", "127.0.0.1", "https://gate.example/v2/b/acme/app/blobs/uploads/abc?_state=s"},
        {"host = \"localhost\"", "/v2/acme/app/blobs/uploads/", "localhost",
         "http://localhost:PORT/v2/acme/app/blobs/uploads/abc?_state=s"},
        {"ns = [\"b.example:443\"]", "/v2/acme/app/blobs/uploads/?ns=b.example%3A443", "127.0.0.1",
         "https://gate.example/v2/acme/app/blobs/uploads/abc?_state=s&ns=b.example%3A443"},
    }));
    Setup setup;
    setup.server = "public_url = \"https://gate.example\"\n";
    setup.upstreams = upstream(first, "a.example", "default = true") + upstream(second, "b.example", found_by);
    second.intercept(starting_uploads());
    const Gate gate(first, kEmailPolicy, "\"push\"", setup);
    const auto reply = ask(gate.port(), "POST", target, {}, {}, host);
    CAPTURE(found_by);
    CHECK(reply.status == 202);
    auto expected = location;
    if (const auto port = expected.find("PORT"); port != std::string::npos) expected.replace(port, 4, std::to_string(gate.port()));
    CHECK(reply.headers.get("location") == expected);
    CHECK(first.requests().empty());
    const auto path = location.substr(location.find("/v2/"));
    second.forget_requests();
    (void)ask(gate.port(), "PATCH", path, {}, "hello", host);
    CHECK(first.requests().empty());
    CHECK(second.requests().back() == "PATCH /v2/acme/app/blobs/uploads/abc?_state=s");
}

TEST_CASE("the policy is about the upstream that was chosen, not about the name on the gate") {
    VectorRegistry first(false);
    VectorRegistry second(false);
    (void)first.load("unsigned", "acme/app");
    (void)second.load("unsigned", "acme/app");
    Setup setup;
    setup.upstreams =
        upstream(first, "a.example", "default = true") + upstream(second, "b.example", "prefix = \"b\"\nns = [\"b.example\"]");
    const Gate gate(
        first,
        kEmailPolicy + "[[policy]]\nname = \"open\"\nrepositories = [\"b.example/acme/app\"]\naction = \"allow\"\nreason = \"test\"\n",
        "\"pull\"", setup);
    CHECK(gate.get("/v2/b/acme/app/manifests/v1").status == 200);
    CHECK(gate.get("/v2/acme/app/manifests/v1?ns=b.example").status == 200);
    CHECK(gate.get("/v2/acme/app/manifests/v1").status == 403);
    CHECK(gate.get("/v2/acme/app/manifests/v1?ns=c.example").status == 404);
}

TEST_CASE("an expired rule denies without looking, whatever it was") {
    VectorRegistry registry(false);
    (void)registry.load("signed-rekor2-email", "acme/app");
    auto policy = kEmailPolicy;
    policy.insert(policy.find("trust ="), "expires = 2020-01-01\n");
    const Gate gate(registry, policy);
    registry.forget_requests();
    const auto reply = gate.get("/v2/acme/app/manifests/v1");
    CHECK(reply.status == 403);
    CHECK(reply.body.find("expired") != std::string::npos);
    CHECK(registry.requests().size() == 1);
}

TEST_CASE("a reference by sha512 is compared with the bytes and judged by their sha256") {
    VectorRegistry registry(false);
    (void)registry.load("signed-rekor2-email", "acme/app");
    const Gate gate(registry, kEmailPolicy);
    const auto good = gate.get("/v2/acme/app/manifests/v1");
    REQUIRE(good.status == 200);
    const auto sha512 = base::Digest::of(base::HashAlgorithm::sha512, base::as_bytes(good.body)).to_string();
    registry.intercept(
        [type = std::string(*good.headers.get("content-type")), body = good.body](const http::RequestHead& head) -> std::optional<Answer> {
            if (head.target.find("/manifests/sha512:") == std::string::npos) return std::nullopt;
            Answer answer;
            answer.headers.set("Content-Type", type);
            answer.body = base::to_bytes(body);
            return answer;
        });
    const auto reply = gate.get("/v2/acme/app/manifests/" + sha512);
    CHECK(reply.status == 200);
    CHECK(reply.headers.get("docker-content-digest") == sha512);
    CHECK(gate.get("/v2/acme/app/manifests/sha512:" + std::string(128, 'a')).status == 403);
}

TEST_CASE("with the right, a manifest and a blob are deleted") {
    VectorRegistry registry(false);
    registry.intercept([](const http::RequestHead& head) -> std::optional<Answer> {
        if (head.method != "DELETE") return std::nullopt;
        return Answer{202, {}, {}};
    });
    const Gate gate(registry, kEmailPolicy, "\"delete\"");
    CHECK(ask(gate.port(), "DELETE", "/v2/acme/app/manifests/v1").status == 202);
    CHECK(ask(gate.port(), "DELETE", "/v2/acme/app/blobs/sha256:" + std::string(64, 'a')).status == 202);
    CHECK(registry.requests().size() == 2);
}
