#include "registry/manifest.h"
#include "test/component/gate_fixture.h"
#include "test/support/catch.h"

using namespace test;

TEST_CASE("blobs pass, whole and in ranges") {
    VectorRegistry registry(false);
    const auto small = registry.put_blob("acme/app", base::to_bytes("hello"));
    const base::Bytes large_content(5'000'000, 'x');
    const auto large = registry.put_blob("acme/app", large_content);
    const Gate gate(registry, kEmailPolicy);
    CHECK(gate.get("/v2/acme/app/blobs/" + small).body == "hello");
    CHECK(gate.get("/v2/acme/app/blobs/" + large).body.size() == large_content.size());
    const auto head = gate.head("/v2/acme/app/blobs/" + large);
    CHECK(head.status == 200);
    CHECK(head.headers.get("content-length") == "5000000");
    CHECK(gate.get("/v2/acme/app/blobs/sha256:" + std::string(64, 'b')).status == 404);
}

TEST_CASE("a manifest cannot be fetched as a blob: whole, in a range, or by HEAD") {
    const std::string manifest = R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]})";
    const auto* spelling = GENERATE("", " \n\t", "\xEF\xBB\xBF");
    VectorRegistry registry(false);
    const auto digest = registry.put_blob("acme/app", base::to_bytes(spelling + manifest));
    const Gate gate(registry, kEmailPolicy);
    const auto target = "/v2/acme/app/blobs/" + digest;
    const auto reply = gate.get(target);
    CHECK(reply.status == 403);
    CHECK(reply.body.find("cannot be fetched as a blob") != std::string::npos);
    CHECK(gate.head(target).status == 403);
    // The registry answers ranges; the gate must not let one hide the beginning.
    registry.intercept([](const http::RequestHead& head) -> std::optional<Answer> {
        if (!head.headers.get("range")) return std::nullopt;
        Answer answer;
        answer.status = 206;
        answer.headers.set("Content-Range", "bytes 1-9/90");
        answer.body = base::to_bytes("schemaVer");
        return answer;
    });
    http::Headers range;
    range.add("Range", "bytes=1-9");
    CHECK(gate.get(target, range).status == 403);
}

TEST_CASE("a range of a small blob is answered with the whole, a range of a large one as the registry does") {
    const auto size = GENERATE(std::size_t{10}, std::size_t{5'000'000});
    VectorRegistry registry(false);
    const base::Bytes content(size, 'x');
    const auto digest = registry.put_blob("acme/app", content);
    registry.intercept([](const http::RequestHead& head) -> std::optional<Answer> {
        if (!head.headers.get("range")) return std::nullopt;
        Answer answer;
        answer.status = 206;
        answer.headers.set("Content-Range", "bytes 5-9/5000000");
        answer.body = base::to_bytes("xxxxx");
        return answer;
    });
    const Gate gate(registry, kEmailPolicy);
    http::Headers range;
    range.add("Range", "bytes=5-9");
    const auto reply = gate.get("/v2/acme/app/blobs/" + digest, range);
    CHECK(reply.status == (size == 10 ? 200U : 206U));
    CHECK(reply.body.size() == (size == 10 ? size : 5));
}

TEST_CASE("a range of a large blob that happens to begin with a brace is served, a manifest in a range is not") {
    const auto [piece, content_range, status] = GENERATE(table<std::string, std::string, unsigned>({
        {"{\x01\x02 no JSON", "bytes 7-18/5000000", 206},
        {"{\x01\x02 no JSON", "bytes 0-11/5000000", 403},  // the first look saw another first byte
        {R"({"layers":[]})", "bytes 7-19/5000000", 403},
        {"{\x01\x02 no JSON", "bytes */5000000", 403},
    }));
    VectorRegistry registry(false);
    const auto digest = registry.put_blob("acme/app", base::Bytes(5'000'000, 'x'));
    registry.intercept([&](const http::RequestHead& head) -> std::optional<Answer> {
        if (!head.headers.get("range")) return std::nullopt;
        Answer answer;
        answer.status = 206;
        answer.headers.set("Content-Range", content_range);
        answer.body = base::to_bytes(piece);
        return answer;
    });
    const Gate gate(registry, kEmailPolicy);
    http::Headers range;
    range.add("Range", "bytes=7-18");
    const auto reply = gate.get("/v2/acme/app/blobs/" + digest, range);
    CHECK(reply.status == status);
    CHECK((status == 403 || reply.body == piece));
}

TEST_CASE("a registry that lies about a manifest's size or kind cannot pass it as a blob") {
    const std::string manifest = R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]})";
    VectorRegistry registry(false);
    const auto digest = registry.put_blob("acme/app", base::to_bytes(manifest));
    const auto target = "/v2/acme/app/blobs/" + digest;
    const Gate gate(registry, kEmailPolicy);
    registry.intercept([&](const http::RequestHead& head) -> std::optional<Answer> {
        Answer answer;
        answer.status = head.method == "GET" ? 206 : 200;
        answer.headers.set("Content-Range", "bytes 0-90/9000000");
        answer.body = base::to_bytes(manifest);
        return answer;
    });
    const auto unasked = gate.get(target);
    CHECK(unasked.status >= 400);
    CHECK(unasked.body.find("manifests") == std::string::npos);
    http::Headers range;
    range.add("Range", "bytes=0-");
    CHECK(gate.get(target, range).status >= 400);
    CHECK(gate.head(target).status >= 400);
}

TEST_CASE("digest and type of a blob's answer are the gate's own") {
    VectorRegistry registry(false);
    const auto digest = registry.put_blob("acme/app", base::to_bytes("hello"));
    registry.intercept([](const http::RequestHead&) -> std::optional<Answer> {
        Answer answer;
        answer.headers.set("Content-Type", "application/vnd.oci.image.index.v1+json");
        answer.headers.set("Docker-Content-Digest", "sha256:" + std::string(64, 'e'));
        answer.body = base::to_bytes("hello");
        return answer;
    });
    const Gate gate(registry, kEmailPolicy);
    const auto reply = gate.get("/v2/acme/app/blobs/" + digest);
    CHECK(reply.status == 200);
    CHECK(reply.headers.get("docker-content-digest") == digest);
    CHECK(reply.headers.get("content-type") == "application/octet-stream");
}

TEST_CASE("an encoded blob is refused, since only identity was asked for") {
    VectorRegistry registry(false);
    registry.intercept([](const http::RequestHead& head) -> std::optional<Answer> {
        if (head.target.find("/blobs/") == std::string::npos) return std::nullopt;
        Answer answer;
        answer.headers.set("Content-Encoding", "gzip");
        answer.body = base::to_bytes("x");
        return answer;
    });
    const Gate gate(registry, kEmailPolicy);
    CHECK(gate.get("/v2/acme/app/blobs/sha256:" + std::string(64, 'b')).status == 403);
}
