#include "test/component/gate_fixture.h"
#include "test/support/catch.h"

using namespace test;

TEST_CASE("an image signed by the accepted identity is served by tag and by digest, over both logs and both kinds of registry") {
    const auto* vector = GENERATE("signed-rekor1-email", "signed-rekor2-email", "signed-rekor1-no-tsa", "index-signed");
    const auto referrers_api = GENERATE(false, true);
    CAPTURE(vector, referrers_api);
    VectorRegistry registry(referrers_api);
    const auto digest = registry.load(vector, "acme/app");
    const Gate gate(registry, kEmailPolicy);
    const auto by_tag = gate.get("/v2/acme/app/manifests/v1");
    CHECK(by_tag.status == 200);
    CHECK(by_tag.headers.get("docker-content-digest") == digest);
    CHECK(base::Digest::sha256_of(base::as_bytes(by_tag.body)).to_string() == digest);
    const auto by_digest = gate.get("/v2/acme/app/manifests/" + digest);
    CHECK(by_digest.status == 200);
    CHECK(by_digest.body == by_tag.body);
    const auto head = gate.head("/v2/acme/app/manifests/v1");
    CHECK(head.status == 200);
    CHECK(head.body.empty());
    CHECK(head.headers.get("content-length") == std::to_string(by_tag.body.size()));
    CHECK(head.headers.get("content-type") == by_tag.headers.get("content-type"));
}

TEST_CASE("a GitHub workflow identity is accepted by glob, and only by a rule that names it") {
    const auto* vector = GENERATE("signed-rekor1-github", "signed-rekor2-github");
    VectorRegistry registry(false);
    (void)registry.load(vector, "acme/app");
    const Gate by_workflow(registry, R"(
[[policy]]
name = "workflow"
repositories = ["registry.example/acme/*"]
trust = ["images"]
  [[policy.signer]]
  name = "release"
  issuer = "https://token.actions.githubusercontent.com"
  subject = "https://github.com/acme/*/.github/workflows/release.yml@refs/tags/*"
)");
    CHECK(by_workflow.get("/v2/acme/app/manifests/v1").status == 200);
}

TEST_CASE("the child of a signed index is served once the index was, and not before") {
    VectorRegistry registry(false);
    const auto index = registry.load("index-signed", "acme/app");
    const Gate gate(registry, kEmailPolicy);
    const auto manifest = registry::Manifest::parse(registry::kOciIndex, base::to_bytes(gate.get("/v2/acme/app/manifests/v1").body));
    REQUIRE(manifest);
    const auto child = "/v2/acme/app/manifests/" + manifest->children().front().digest.to_string();
    CHECK(gate.get(child).status == 200);
    CHECK(gate.decisions().find("\"index\":\"" + index) != std::string::npos);
    const Gate fresh(registry, kEmailPolicy);
    CHECK(fresh.get(child).status == 403);
}

TEST_CASE("children that are signed themselves need no index") {
    VectorRegistry registry(false);
    (void)registry.load("index-signed-recursive", "acme/app");
    const Gate gate(registry, kEmailPolicy);
    const auto index = gate.get("/v2/acme/app/manifests/v1");
    const auto manifest = registry::Manifest::parse(registry::kOciIndex, base::to_bytes(index.body));
    REQUIRE(manifest);
    const Gate fresh(registry, kEmailPolicy);
    CHECK(fresh.get("/v2/acme/app/manifests/" + manifest->children().front().digest.to_string()).status == 200);
}

TEST_CASE("action allow serves without a signature, audit serves and warns") {
    VectorRegistry registry(false);
    (void)registry.load("unsigned", "acme/app");
    const Gate allowing(registry, "[[policy]]\nname = \"base\"\nrepositories = [\"**\"]\naction = \"allow\"\nreason = \"reviewed\"\n");
    CHECK(allowing.get("/v2/acme/app/manifests/v1").status == 200);
    auto audit_policy = kEmailPolicy;
    audit_policy.insert(audit_policy.find("trust ="), "mode = \"audit\"\n");
    const Gate auditing(registry, audit_policy);
    const auto reply = auditing.get("/v2/acme/app/manifests/v1");
    CHECK(reply.status == 200);
    const auto warning = std::string(reply.headers.get("warning").value_or(""));
    CHECK(warning.starts_with("299 - \"countersign: registry.example/acme/app@"));
    CHECK(warning.find("no signature found") != std::string::npos);
}
