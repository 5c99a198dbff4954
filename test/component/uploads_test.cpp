#include "test/component/gate_fixture.h"
#include "test/support/catch.h"

using namespace test;

TEST_CASE("an upload's session stays at the gate: Location is rewritten, its query kept byte for byte") {
    VectorRegistry registry(false);
    registry.intercept([](const http::RequestHead& head) -> std::optional<Answer> {
        if (head.method != "POST" && head.method != "PATCH") return std::nullopt;
        Answer answer;
        answer.status = 202;
        answer.headers.set("Location", "/v2/acme/app/blobs/uploads/abc?_state=A%2Bb%3D&z=1");
        answer.headers.set("Range", "0-4");
        answer.headers.set("Docker-Upload-UUID", "abc");
        return answer;
    });
    const Gate gate(registry, kEmailPolicy, "\"push\"");
    const auto started = ask(gate.port(), "POST", "/v2/acme/app/blobs/uploads/?mount=sha256:" + std::string(64, 'a') + "&from=secret/app");
    CHECK(started.status == 202);
    CHECK(started.headers.get("location") == "/v2/acme/app/blobs/uploads/abc?_state=A%2Bb%3D&z=1");
    CHECK(registry.requests().back() == "POST /v2/acme/app/blobs/uploads/");
    const auto patched = ask(gate.port(), "PATCH", "/v2/acme/app/blobs/uploads/abc?_state=A%2Bb%3D&z=1", {}, "hello");
    CHECK(patched.status == 202);
    CHECK(patched.headers.get("range") == "0-4");
    CHECK(registry.requests().back() == "PATCH /v2/acme/app/blobs/uploads/abc?_state=A%2Bb%3D&z=1");
}

TEST_CASE("an upload that the registry sends to an object store goes on there, and one to another of its paths is refused") {
    VectorRegistry registry(false);
    const auto [location, passes] = GENERATE(table<std::string, bool>({
        {"https://storage.example/upload?signature=a%2Fb", true},
        {"/v2/other/app/blobs/uploads/abc", false},
        {"/v2/acme/app/manifests/v1", false},
        {"/artifacts/abc", false},
        {"ftp://storage.example/upload", false},
        {"https://user:secret@storage.example/upload", false},
    }));
    registry.intercept([location](const http::RequestHead& head) -> std::optional<Answer> {
        if (head.method != "POST") return std::nullopt;
        Answer answer;
        answer.status = 202;
        answer.headers.set("Location", location);
        return answer;
    });
    const Gate gate(registry, kEmailPolicy, "\"push\"");
    const auto reply = ask(gate.port(), "POST", "/v2/acme/app/blobs/uploads/");
    CAPTURE(location);
    CHECK((reply.status == 202) == passes);
    CHECK((reply.headers.get("location") == location) == passes);
    CHECK(reply.body.find("secret") == std::string::npos);
}
