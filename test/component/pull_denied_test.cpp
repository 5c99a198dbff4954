#include "registry/names.h"
#include "test/component/gate_fixture.h"
#include "test/support/catch.h"

using namespace test;

namespace {

// Every refusal is 403 DENIED, with one and the same reason in the body and, cut to 120 characters, in the reason phrase; HEAD too.
void check_denied(const Gate& gate, const std::string& target, const std::string& why) {
    CAPTURE(target, why);
    const auto reply = gate.get(target);
    CHECK(reply.status == 403);
    CHECK(reply.body.find("\"code\":\"DENIED\"") != std::string::npos);
    CHECK(reply.body.find(why) != std::string::npos);
    CHECK(reply.reason.starts_with("countersign: registry.example/"));
    CHECK(reply.reason.size() <= 120);
    CHECK(reply.headers.get("cache-control") == "no-store");
    CHECK_FALSE(reply.headers.get("www-authenticate"));
    const auto head = gate.head(target);
    CHECK(head.status == 403);
    CHECK(head.reason.substr(0, 80) == reply.reason.substr(0, 80));
}

Answer manifest_answer(std::string_view type, std::string_view body) {
    Answer answer;
    answer.headers.set("Content-Type", type);
    answer.body = base::to_bytes(body);
    return answer;
}

}  // namespace

TEST_CASE("each way of not being signed by the accepted identity is refused with its reason") {
    const auto [vector, why] = GENERATE(table<const char*, const char*>({
        {"unsigned", "no signature found"},
        {"other-identity", "mallory@example.com"},
        {"other-issuer", "foo@bar.com"},
        {"other-sigstore", "no valid signature"},
        {"wrong-subject", "no valid signature"},
        {"signed-rekor1-github", "https://github.com/acme/app"},
    }));
    const auto referrers_api = GENERATE(false, true);
    VectorRegistry registry(referrers_api);
    const auto digest = registry.load(vector, "acme/app");
    const Gate gate(registry, kEmailPolicy);
    check_denied(gate, "/v2/acme/app/manifests/v1", why);
    check_denied(gate, "/v2/acme/app/manifests/" + digest, why);
    CHECK(gate.decisions().find("\"verdict\":\"denied\"") != std::string::npos);
}

TEST_CASE("a manifest changed after signing is refused: its digest has no signature") {
    VectorRegistry registry(false);
    (void)registry.load("signed-rekor2-email", "acme/app");
    const Gate gate(registry, kEmailPolicy);
    const auto good = gate.get("/v2/acme/app/manifests/v1");
    REQUIRE(good.status == 200);
    registry.tag("acme/app", "v1", registry.put_manifest("acme/app", std::string(*good.headers.get("content-type")), good.body + "\n"));
    check_denied(gate, "/v2/acme/app/manifests/v1", "no signature found");
}

TEST_CASE("a tag that moved to an unsigned digest a moment ago is refused") {
    VectorRegistry registry(false);
    (void)registry.load("signed-rekor2-email", "acme/app");
    const Gate gate(registry, kEmailPolicy);
    REQUIRE(gate.get("/v2/acme/app/manifests/v1").status == 200);
    const auto unsigned_digest = registry.load("unsigned", "acme/app");
    registry.tag("acme/app", "v1", unsigned_digest);
    check_denied(gate, "/v2/acme/app/manifests/v1", "no signature found");
}

TEST_CASE("other bytes than the digest asked for are refused, even if they are signed themselves") {
    VectorRegistry registry(false);
    const auto asked = registry.load("signed-rekor2-email", "acme/app");
    (void)registry.load("signed-rekor1-email", "acme/app");
    const Gate gate(registry, kEmailPolicy);
    const auto other = gate.get("/v2/acme/app/manifests/v1");
    REQUIRE(other.status == 200);
    registry.intercept([&, type = std::string(*other.headers.get("content-type"))](const http::RequestHead& head) -> std::optional<Answer> {
        if (head.target != "/v2/acme/app/manifests/" + asked) return std::nullopt;
        return manifest_answer(type, other.body);
    });
    check_denied(gate, "/v2/acme/app/manifests/" + asked, "other bytes than this digest names");
}

TEST_CASE("a manifest that two parsers read differently, that is too large, or of another type is refused") {
    VectorRegistry registry(false);
    const Gate gate(registry, kEmailPolicy);
    const auto [type, body] = GENERATE(table<std::string, std::string>({
        {"application/vnd.oci.image.index.v1+json", R"({"schemaVersion":2,"manifests":[],"Manifests":[]})"},
        {"application/vnd.oci.image.index.v1+json", R"({"schemaVersion":2,"manifests":[],"layers":[]})"},
        {"application/json", R"({"schemaVersion":2,"manifests":[]})"},
        {"application/vnd.oci.image.index.v1+json", R"({"schemaVersion":2,"manifests":[]}x)"},
        {"application/vnd.oci.image.index.v1+json", std::string(4 * 1024 * 1024 + 1, ' ')},
    }));
    registry.intercept([type, body](const http::RequestHead& head) -> std::optional<Answer> {
        if (head.target.find("/manifests/v1") == std::string::npos) return std::nullopt;
        return manifest_answer(type, body);
    });
    check_denied(gate, "/v2/acme/app/manifests/v1", "refused by policy signed-images");
}

TEST_CASE("more signatures than are tried, and none that satisfies, is refused and says so") {
    VectorRegistry registry(false);
    const auto digest = registry.load("unsigned", "acme/app");
    std::string entries;
    for (int i = 0; i < 70; ++i) {
        const auto junk = base::Digest::sha256_of(base::as_bytes(std::to_string(i))).to_string();
        entries += (i == 0 ? "" : ",") + (R"({"mediaType":"application/vnd.oci.image.manifest.v1+json","size":10,"digest":")" + junk +
                                          R"(","artifactType":"application/vnd.dev.sigstore.bundle.v0.3+json"})");
    }
    const auto index =
        registry.put_manifest("acme/app", "application/vnd.oci.image.index.v1+json",
                              R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[)" + entries + "]}");
    registry.tag("acme/app", "sha256-" + digest.substr(7), index);
    const Gate gate(registry, kEmailPolicy);
    registry.forget_requests();
    CHECK(gate.get("/v2/acme/app/manifests/v1").body.find("too many signatures") != std::string::npos);
    CHECK(registry.requests().size() <= 3 + 64);
}

TEST_CASE("without a grant nothing is read, and an unknown path or method is not passed on") {
    VectorRegistry registry(false);
    (void)registry.load("signed-rekor2-email", "acme/app");
    const Gate gate(registry, kEmailPolicy, "\"push\"");
    registry.forget_requests();
    CHECK(gate.get("/v2/acme/app/manifests/v1").status == 403);
    CHECK(gate.get("/v2/acme/app/tags/list").status == 403);
    CHECK(gate.get("/v2/_catalog").status == 404);
    CHECK(gate.get("/v2/acme/app/manifests/v1/../v2").status == 404);
    const auto wrong_method = ask(gate.port(), "POST", "/v2/acme/app/manifests/v1");
    CHECK(wrong_method.status == 405);
    CHECK(wrong_method.headers.get("allow"));
    CHECK(registry.requests().empty());
}

TEST_CASE("a refused HEAD of someone who may push, and looks like a pusher, is 404; a puller's is 403") {
    VectorRegistry registry(false);
    (void)registry.load("unsigned", "acme/app");
    const Gate gate(registry, kEmailPolicy, "\"pull\", \"push\"");
    http::Headers pusher;
    pusher.add("Accept", "application/vnd.oci.image.manifest.v1+json, */*");
    CHECK(gate.head("/v2/acme/app/manifests/v1", pusher).status == 404);
    CHECK(gate.get("/v2/acme/app/manifests/v1", pusher).status == 403);
    CHECK(gate.head("/v2/acme/app/manifests/v1").status == 403);
    const Gate pull_only(registry, kEmailPolicy);
    CHECK(pull_only.head("/v2/acme/app/manifests/v1", pusher).status == 403);
}
