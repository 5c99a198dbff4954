#include "registry/manifest.h"
#include "test/component/gate_fixture.h"
#include "test/support/catch.h"

using namespace test;

namespace {

// The artifact manifest that holds the bundle of `vector`, and where it is.
struct Signature {
    std::string digest;
    std::string json;
};

Signature signature_of(const VectorRegistry& registry, const Gate& gate, const std::string& image) {
    const auto index = gate.get("/v2/acme/app/manifests/sha256-" + image.substr(7));
    REQUIRE(index.status == 200);
    const auto parsed = registry::Manifest::parse(registry::kOciIndex, base::to_bytes(index.body)).value();
    const auto digest = parsed.children().front().digest.to_string();
    return Signature{digest, ask(registry.port(), "GET", "/v2/acme/app/manifests/" + digest).body};
}

}  // namespace

TEST_CASE("rules X and S: the fallback index and a bundle artifact can be read, whoever signed") {
    const auto* vector = GENERATE("signed-rekor2-email", "other-identity", "other-sigstore");
    VectorRegistry registry(false);
    const auto image = registry.load(vector, "acme/app");
    const Gate gate(registry, kEmailPolicy);
    const auto signature = signature_of(registry, gate, image);
    const auto artifact = gate.get("/v2/acme/app/manifests/" + signature.digest);
    CHECK(artifact.status == 200);
    CHECK(artifact.body == signature.json);
}

TEST_CASE("rule S is about content: an artifact whose layer is no bundle is refused") {
    VectorRegistry registry(false);
    const auto image = registry.load("signed-rekor2-email", "acme/app");
    const Gate gate(registry, kEmailPolicy);
    auto signature = signature_of(registry, gate, image);
    const auto layer = registry::Manifest::parse(registry::kOciManifest, base::to_bytes(signature.json)).value().layers().front();
    const auto junk = registry.put_blob("acme/app", base::to_bytes("\x1F\x8B not a bundle"));
    signature.json.replace(signature.json.find(layer.digest.to_string()), junk.size(), junk);
    const auto forged = registry.put_manifest("acme/app", std::string(registry::kOciManifest), signature.json);
    const auto reply = gate.get("/v2/acme/app/manifests/" + forged);
    CHECK(reply.status == 403);
}

TEST_CASE("a child of the fallback index gains nothing by being listed there") {
    VectorRegistry registry(false);
    const auto image = registry.load("unsigned", "acme/app");
    const auto list = registry.put_manifest(
        "acme/app", std::string(registry::kOciIndex),
        R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":10,"digest":")" +
            image + "\"}]}");
    const auto fallback = "sha256-" + std::string(64, 'a');
    registry.tag("acme/app", fallback, list);
    const Gate gate(registry, kEmailPolicy);
    CHECK(gate.get("/v2/acme/app/manifests/" + fallback).status == 200);
    CHECK(gate.get("/v2/acme/app/manifests/" + list).status == 403);
    CHECK(gate.get("/v2/acme/app/manifests/" + image).status == 403);
}

TEST_CASE("the right read-unverified reads what the policy refuses, and the decision log says so") {
    VectorRegistry registry(false);
    (void)registry.load("unsigned", "acme/app");
    const Gate gate(registry, kEmailPolicy, "\"pull\", \"read-unverified\"");
    CHECK(gate.get("/v2/acme/app/manifests/v1").status == 200);
    CHECK(gate.decisions().find("by the right read-unverified") != std::string::npos);
}
