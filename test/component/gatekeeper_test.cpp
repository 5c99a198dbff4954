#include "registry/manifest.h"
#include "test/component/gate_fixture.h"
#include "test/support/catch.h"

using namespace test;

namespace {

// The first child of the index that stands under v1.
std::string child_of_index(const Gate& gate) {
    const auto index = gate.get("/v2/acme/app/manifests/v1");
    REQUIRE(index.status == 200);
    const auto manifest = registry::Manifest::parse(registry::kOciIndex, base::to_bytes(index.body));
    REQUIRE(manifest);
    return "/v2/acme/app/manifests/" + manifest->children().front().digest.to_string();
}

VectorRegistry::Intercept answering(std::string part, unsigned status) {
    return [part = std::move(part), status](const http::RequestHead& head) -> std::optional<Answer> {
        if (head.target.find(part) == std::string::npos) return std::nullopt;
        Answer answer;
        answer.status = status;
        return answer;
    };
}

}  // namespace

TEST_CASE("an index is judged anew for each request of its child: what is gone lends nothing, what cannot be read leaves it undecided") {
    VectorRegistry registry(false);
    const auto index = registry.load("index-signed", "acme/app");
    Setup setup;
    setup.cache = "evidence_ttl = \"0s\"\n";  // nothing is believed without looking
    const Gate gate(registry, kEmailPolicy, "\"pull\"", setup);
    const auto child = child_of_index(gate);
    REQUIRE(gate.get(child).status == 200);
    const auto [part, status, expected] = GENERATE_COPY(table<std::string, unsigned, unsigned>({
        {"/manifests/sha256-" + index.substr(7), 404, 403},
        {"/manifests/sha256-" + index.substr(7), 500, 503},
        {"/manifests/" + index, 404, 403},
        {"/manifests/" + index, 500, 503},
    }));
    CAPTURE(part, status);
    registry.intercept(answering(part, status));
    CHECK(gate.get(child).status == expected);
}

TEST_CASE("an index that is merely allowed, or served in audit mode, lends nothing to its children") {
    VectorRegistry registry(false);
    (void)registry.load("index-signed", "acme/app");
    auto policy = kEmailPolicy;
    policy.replace(policy.find("foo@bar.com"), 11, "other@bar.com");
    policy.insert(policy.find("trust ="), "mode = \"audit\"\n");
    const Gate gate(registry, policy);
    const auto child = gate.get(child_of_index(gate));
    CHECK(child.status == 200);
    CHECK(std::string(child.headers.get("warning").value_or("")).find("no signature found") != std::string::npos);
}
