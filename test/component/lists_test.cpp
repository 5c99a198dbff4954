#include "registry/manifest.h"
#include "test/component/gate_fixture.h"
#include "test/support/catch.h"

using namespace test;

TEST_CASE("a tag list passes with its next page at the gate, and a next page that leads elsewhere is refused") {
    VectorRegistry registry(false);
    const auto [link, expected] = GENERATE(table<std::string, std::string>({
        {"</v2/acme/app/tags/list?last=b&n=2>; rel=\"next\"", "</v2/acme/app/tags/list?n=2&last=b>; rel=\"next\""},
        {"</v2/secret/app/tags/list?last=b&n=2>; rel=\"next\"", ""},
        {"<https://other.example/v2/acme/app/tags/list?last=b>; rel=\"next\"", ""},
        {"<unfinished", ""},
    }));
    registry.intercept([link](const http::RequestHead& head) -> std::optional<Answer> {
        if (head.target.find("/tags/list") == std::string::npos) return std::nullopt;
        Answer answer;
        answer.headers.set("Content-Type", "application/json");
        answer.headers.set("Link", link);
        answer.body = base::to_bytes(R"({"name":"acme/app","tags":["a","b"]})");
        return answer;
    });
    const Gate gate(registry, kEmailPolicy);
    const auto reply = gate.get("/v2/acme/app/tags/list?n=2");
    CAPTURE(link);
    CHECK(registry.requests().back() == "GET /v2/acme/app/tags/list?n=2");
    CHECK((reply.status == 200) == !expected.empty());
    CHECK(reply.headers.get("link").value_or("") == expected);
    CHECK((reply.body == R"({"name":"acme/app","tags":["a","b"]})") == !expected.empty());
}

TEST_CASE("rule R: referrers are listed as the registry knows them, or 404 where it has no such API") {
    VectorRegistry with(true);
    const auto image = with.load("signed-rekor2-email", "acme/app");
    const Gate gate(with, kEmailPolicy);
    const auto listed = gate.get("/v2/acme/app/referrers/" + image);
    CHECK(listed.status == 200);
    CHECK(listed.headers.get("content-type") == registry::kOciIndex);
    const auto index = registry::Manifest::parse(registry::kOciIndex, base::to_bytes(listed.body));
    REQUIRE(index);
    CHECK(index->children().size() == 1);
    const auto filtered = gate.get("/v2/acme/app/referrers/" + image + "?artifactType=text%2Fplain");
    CHECK(filtered.headers.get("oci-filters-applied") == "artifactType");
    CHECK(registry::Manifest::parse(registry::kOciIndex, base::to_bytes(filtered.body))->children().empty());
    VectorRegistry without(false);
    (void)without.load("signed-rekor2-email", "acme/app");
    const Gate other(without, kEmailPolicy);
    CHECK(other.get("/v2/acme/app/referrers/" + image).status == 404);
}
