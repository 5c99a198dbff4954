#include "registry/manifest.h"
#include "test/component/gate_fixture.h"
#include "test/support/catch.h"

using namespace test;

namespace {

Reply put(const Gate& gate, const std::string& reference, const std::string& type, const std::string& body) {
    http::Headers headers;
    headers.add("Content-Type", type);
    return ask(gate.port(), "PUT", "/v2/acme/app/manifests/" + reference, headers, body);
}

const std::string kIndex = R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]})";
const std::string kIndexType(registry::kOciIndex);

}  // namespace

TEST_CASE("a pushed manifest reaches the registry as it is, and the answer names the gate") {
    VectorRegistry registry(false);
    const Gate gate(registry, kEmailPolicy, "\"push\"");
    const auto digest = base::Digest::sha256_of(base::as_bytes(kIndex)).to_string();
    const auto reply = put(gate, "v1", kIndexType, kIndex);
    CHECK(reply.status == 201);
    CHECK(reply.headers.get("docker-content-digest") == digest);
    CHECK(reply.headers.get("location") == "/v2/acme/app/manifests/v1");
    CHECK(put(gate, digest, kIndexType, kIndex).status == 201);
    CHECK(registry.requests().back() == "PUT /v2/acme/app/manifests/" + digest);
}

TEST_CASE("what could be read in two ways is refused before the registry sees it") {
    VectorRegistry registry(false);
    const Gate gate(registry, kEmailPolicy, "\"push\"");
    const auto [type, body, status] = GENERATE(table<std::string, std::string, unsigned>({
        {kIndexType, R"({"schemaVersion":2,"manifests":[],"Manifests":[]})", 400},
        {kIndexType, R"({"schemaVersion":2,"manifests":[],"config":{}})", 400},
        {kIndexType, "{", 400},
        {"application/json", kIndex, 400},
        {"", kIndex, 400},
        {kIndexType, std::string(4 * 1024 * 1024 + 1, ' '), 413},
    }));
    const auto reply = put(gate, "v1", type, body);
    CHECK(reply.status == status);
    CHECK(reply.body.find(status == 413 ? "SIZE_INVALID" : "MANIFEST_INVALID") != std::string::npos);
    CHECK(registry.requests().empty());
}

TEST_CASE("a manifest that does not hash to the digest in the URL is refused") {
    VectorRegistry registry(false);
    const Gate gate(registry, kEmailPolicy, "\"push\"");
    const auto reply = put(gate, "sha256:" + std::string(64, 'a'), kIndexType, kIndex);
    CHECK(reply.status == 400);
    CHECK(reply.body.find("DIGEST_INVALID") != std::string::npos);
    CHECK(registry.requests().empty());
}

TEST_CASE("without the right to push or delete nothing is written") {
    VectorRegistry registry(false);
    const Gate gate(registry, kEmailPolicy);
    CHECK(put(gate, "v1", kIndexType, kIndex).status == 403);
    CHECK(ask(gate.port(), "POST", "/v2/acme/app/blobs/uploads/").status == 403);
    CHECK(ask(gate.port(), "DELETE", "/v2/acme/app/manifests/v1").status == 403);
    CHECK(registry.requests().empty());
}
