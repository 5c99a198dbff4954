#include "test/component/gate_fixture.h"
#include "test/support/catch.h"

using namespace test;

namespace {

void check_undecided(const Reply& reply) {
    CHECK(reply.status == 503);
    CHECK(reply.headers.get("retry-after"));
    CHECK(reply.body.find("\"code\":\"UNAVAILABLE\"") != std::string::npos);
    CHECK(reply.body.find("schemaVersion") == std::string::npos);
    CHECK(reply.reason.starts_with("countersign: "));
}

VectorRegistry::Intercept failing(const std::string& part, unsigned status) {
    return [part, status](const http::RequestHead& head) -> std::optional<Answer> {
        if (head.target.find(part) == std::string::npos) return std::nullopt;
        Answer answer;
        answer.status = status;
        return answer;
    };
}

}  // namespace

TEST_CASE("a place of evidence that cannot be read makes an unsatisfied rule undecided: 503, never 403, never the image") {
    const auto* part = GENERATE("/referrers/", "/manifests/sha256-");
    const auto status = GENERATE(500U, 502U, 429U, 401U, 403U);
    CAPTURE(part, status);
    VectorRegistry registry(true);
    (void)registry.load("unsigned", "acme/app");
    registry.intercept(failing(part, status));
    const Gate gate(registry, kEmailPolicy);
    check_undecided(gate.get("/v2/acme/app/manifests/v1"));
    CHECK(gate.head("/v2/acme/app/manifests/v1").status == 503);
    CHECK(gate.decisions().find("\"verdict\":\"undecided\"") != std::string::npos);
}

TEST_CASE("a satisfied rule is allowed although another place failed") {
    VectorRegistry registry(true);
    (void)registry.load("signed-rekor2-email", "acme/app");
    registry.intercept(failing("/manifests/sha256-", 500));
    const Gate gate(registry, kEmailPolicy);
    CHECK(gate.get("/v2/acme/app/manifests/v1").status == 200);
}

TEST_CASE("a signature that is listed but cannot be fetched makes the image undecided") {
    VectorRegistry registry(false);
    (void)registry.load("signed-rekor2-email", "acme/app");
    registry.intercept(failing("/blobs/", 503));
    const Gate gate(registry, kEmailPolicy);
    check_undecided(gate.get("/v2/acme/app/manifests/v1"));
}

TEST_CASE("undecided is not remembered: the next pull looks again") {
    VectorRegistry registry(false);
    (void)registry.load("signed-rekor2-email", "acme/app");
    const Gate gate(registry, kEmailPolicy);
    registry.intercept(failing("/manifests/sha256-", 500));
    check_undecided(gate.get("/v2/acme/app/manifests/v1"));
    registry.intercept(nullptr);
    CHECK(gate.get("/v2/acme/app/manifests/v1").status == 200);
}

TEST_CASE("a registry that is down or fails is 503 for the image itself") {
    auto registry = std::make_unique<VectorRegistry>(false);
    (void)registry->load("signed-rekor2-email", "acme/app");
    const Gate gate(*registry, kEmailPolicy);
    registry->intercept(failing("/manifests/v1", 500));
    check_undecided(gate.get("/v2/acme/app/manifests/v1"));
    registry.reset();
    check_undecided(gate.get("/v2/acme/app/manifests/v1"));
}

TEST_CASE("a registry that limits its callers says when to come back, and the gate passes that on") {
    const auto* part = GENERATE("/manifests/v1", "/referrers/", "/manifests/sha256-");
    CAPTURE(part);
    VectorRegistry registry(true);
    (void)registry.load("unsigned", "acme/app");
    const auto asking_for = [&](std::string wait) {
        return [part, wait = std::move(wait)](const http::RequestHead& head) -> std::optional<Answer> {
            if (head.target.find(part) == std::string::npos) return std::nullopt;
            Answer answer;
            answer.status = 429;
            answer.headers.set("Retry-After", wait);
            return answer;
        };
    };
    const Gate gate(registry, kEmailPolicy);
    const auto [wait, passed] = GENERATE(table<std::string, std::string>({{"42", "42"}, {"99999999", "3600"}, {"soon", "5"}}));
    registry.intercept(asking_for(wait));
    const auto reply = gate.get("/v2/acme/app/manifests/v1");
    check_undecided(reply);
    CHECK(reply.headers.get("retry-after") == passed);
}

TEST_CASE("a refusal that is passed on keeps its Retry-After within bounds") {
    VectorRegistry registry(true);
    const Gate gate(registry, kEmailPolicy);
    const auto* type = GENERATE("application/json", "text/plain");
    registry.intercept([type](const http::RequestHead&) -> std::optional<Answer> {
        Answer answer;
        answer.status = 429;
        answer.headers.set("Retry-After", "99999999");
        answer.headers.set("Content-Type", type);
        const bool json = type == std::string_view("application/json");
        answer.body = base::to_bytes(json ? R"({"errors":[{"code":"TOOMANYREQUESTS"}]})" : "too many");
        return answer;
    });
    const auto reply = gate.get("/v2/acme/app/tags/list");
    CHECK(reply.status == 429);
    CHECK(reply.headers.get("retry-after") == "3600");
}

TEST_CASE("what the registry does not know is 404") {
    VectorRegistry registry(false);
    const Gate gate(registry, kEmailPolicy);
    const auto reply = gate.get("/v2/acme/app/manifests/none");
    CHECK(reply.status == 404);
    CHECK(reply.body.find("MANIFEST_UNKNOWN") != std::string::npos);
}
