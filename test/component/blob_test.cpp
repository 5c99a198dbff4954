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
    VectorRegistry registry(false);
    const auto digest = registry.put_blob("acme/app", base::to_bytes("0123456789"));
    const auto* total = GENERATE("10", "9000000");
    registry.intercept([total](const http::RequestHead& head) -> std::optional<Answer> {
        if (!head.headers.get("range")) return std::nullopt;
        Answer answer;
        answer.status = 206;
        answer.headers.set("Content-Range", std::string("bytes 5-9/") + total);
        answer.body = base::to_bytes("56789");
        return answer;
    });
    const Gate gate(registry, kEmailPolicy);
    http::Headers range;
    range.add("Range", "bytes=5-");
    const auto reply = gate.get("/v2/acme/app/blobs/" + digest, range);
    const bool small = std::string_view(total) == "10";
    CHECK(reply.status == (small ? 200U : 206U));
    CHECK(reply.body == (small ? "0123456789" : "56789"));
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
