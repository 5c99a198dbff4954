#include <atomic>

#include "test/component/memory_cases.h"
#include "test/support/catch.h"

using namespace test;
using namespace std::chrono_literals;

TEST_CASE("a warm pull by digest asks the registry nothing") {
    const auto* vector = GENERATE("signed-rekor1-email", "signed-rekor2-email", "index-signed");
    VectorRegistry registry(GENERATE(false, true));
    const auto digest = registry.load(vector, "acme/app");
    const Gate gate(registry, kEmailPolicy);
    const auto cold = gate.get(by_digest(digest));
    REQUIRE(cold.status == 200);
    registry.forget_requests();
    const auto warm = gate.get(by_digest(digest));
    CHECK(warm.status == 200);
    CHECK(warm.body == cold.body);
    CHECK(warm.headers.get("docker-content-digest") == digest);
    CHECK(warm.headers.get("content-type") == cold.headers.get("content-type"));
    CHECK(warm.headers.get("etag") == cold.headers.get("etag"));
    CHECK(warm.headers.get("date"));
    const auto head = gate.head(by_digest(digest));
    CHECK(head.status == 200);
    CHECK(head.body.empty());
    CHECK(head.headers.get("content-length") == std::to_string(cold.body.size()));
    CHECK(registry.requests() == Texts{});
}

TEST_CASE("a warm pull by tag asks the registry for the tag only") {
    VectorRegistry registry(false);
    (void)registry.load("signed-rekor2-email", "acme/app");
    const Gate gate(registry, kEmailPolicy);
    REQUIRE(gate.get("/v2/acme/app/manifests/v1").status == 200);
    registry.forget_requests();
    CHECK(gate.get("/v2/acme/app/manifests/v1").status == 200);
    CHECK(registry.requests() == Texts{"HEAD /v2/acme/app/manifests/v1"});
}

TEST_CASE("a tag that moved is served as it is now, and judged") {
    VectorRegistry registry(false);
    (void)registry.load("signed-rekor2-email", "acme/app");
    const Gate gate(registry, kEmailPolicy);
    REQUIRE(gate.get("/v2/acme/app/manifests/v1").status == 200);
    registry.tag("acme/app", "v1", registry.load("unsigned", "acme/other"));
    CHECK(gate.get("/v2/acme/app/manifests/v1").status == 404);  // the repository has no such manifest
    registry.tag("acme/app", "v1", registry.load("unsigned", "acme/app"));
    CHECK(gate.get("/v2/acme/app/manifests/v1").status == 403);
}

TEST_CASE("a registry whose HEAD names no digest is asked by GET each time") {
    VectorRegistry registry(false);
    (void)registry.load("signed-rekor2-email", "acme/app");
    const auto status = GENERATE(200U, 405U);
    registry.intercept([status](const http::RequestHead& head) -> std::optional<Answer> {
        if (head.method != "HEAD") return std::nullopt;
        Answer answer;
        answer.status = status;
        return answer;
    });
    const Gate gate(registry, kEmailPolicy);
    for (int i = 0; i < 3; ++i) CHECK(gate.get("/v2/acme/app/manifests/v1").status == 200);
    CHECK(std::ranges::count(registry.requests(), "GET /v2/acme/app/manifests/v1") == 3);
}

TEST_CASE("tag_ttl: within it the registry is not asked for a tag, after it again") {
    MovableClock clock;
    VectorRegistry registry(false);
    (void)registry.load("signed-rekor2-email", "acme/app");
    auto setup = clock.setup();
    setup.upstream = "tag_ttl = \"10s\"\n";
    const Gate gate(registry, kEmailPolicy, "\"pull\"", setup);
    REQUIRE(gate.get("/v2/acme/app/manifests/v1").status == 200);
    registry.forget_requests();
    CHECK(gate.get("/v2/acme/app/manifests/v1").status == 200);
    CHECK(registry.requests() == Texts{});
    clock.advance(11s);
    CHECK(gate.get("/v2/acme/app/manifests/v1").status == 200);
    CHECK(registry.requests() == Texts{"HEAD /v2/acme/app/manifests/v1"});
}

TEST_CASE("without memory everything is asked for each time, and decided alike") {
    VectorRegistry registry(false);
    const auto digest = registry.load("signed-rekor2-email", "acme/app");
    Setup setup;
    setup.cache = "memory = \"0\"\n";
    const Gate gate(registry, kEmailPolicy, "\"pull\"", setup);
    REQUIRE(gate.get(by_digest(digest)).status == 200);
    const auto once = registry.requests().size();
    REQUIRE(gate.get(by_digest(digest)).status == 200);
    CHECK(registry.requests().size() == 2 * once);
}
