#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <atomic>
#include <thread>

#include "registry/manifest.h"
#include "test/component/detour.h"
#include "test/component/memory_cases.h"
#include "test/support/catch.h"

using namespace test;
using namespace std::chrono_literals;

namespace {

// The digest of the artifact that is listed under the fallback tag.
std::string signature_of(const VectorRegistry& registry, const std::string& digest) {
    const auto index = ask(registry.port(), "GET", by_digest("sha256-" + digest.substr(7)));
    const auto at = index.body.find("\"digest\":\"") + 10;
    return index.body.substr(at, 71);
}

}  // namespace

TEST_CASE("tag_ttl: a tag moved through the gate is seen at once") {
    VectorRegistry registry(false);
    (void)registry.load("signed-rekor2-email", "acme/app");
    Setup setup;
    setup.upstream = "tag_ttl = \"1h\"\n";
    const Gate gate(registry, kEmailPolicy, "\"pull\", \"push\", \"delete\"", setup);
    REQUIRE(gate.get("/v2/acme/app/manifests/v1").status == 200);
    std::atomic<bool> moved = false;  // to nowhere
    registry.intercept([&moved](const http::RequestHead& head) -> std::optional<Answer> {
        Answer answer;
        answer.status = 404;
        if (head.method == "PUT") answer.status = 201;
        if (head.method == "DELETE") answer.status = 202;
        if (answer.status != 404) moved = true;
        return moved ? std::optional(answer) : std::nullopt;
    });
    const auto* method = GENERATE("PUT", "DELETE");
    http::Headers type;
    type.add("Content-Type", registry::kOciIndex);
    const auto* body = R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]})";
    REQUIRE(ask(gate.port(), method, "/v2/acme/app/manifests/v1", type, body).status < 300);
    CHECK(gate.get("/v2/acme/app/manifests/v1").status == 404);
}

TEST_CASE("a signature pushed through the gate counts at once, whatever negative_ttl says") {
    VectorRegistry registry(false);
    const auto digest = registry.load("signed-rekor2-email", "acme/app");
    const auto tag = "sha256-" + digest.substr(7);
    std::atomic<bool> signed_yet = false;
    registry.intercept([&](const http::RequestHead& head) -> std::optional<Answer> {
        Answer answer;
        if (head.method == "PUT") {
            signed_yet = true;
            answer.status = 201;
            return answer;
        }
        if (signed_yet || head.target.find("/manifests/sha256-") == std::string::npos) return std::nullopt;
        answer.status = 404;
        return answer;
    });
    const Gate gate(registry, kEmailPolicy, "\"pull\", \"push\"");
    REQUIRE(gate.get(by_digest(digest)).status == 403);
    const auto by_subject = GENERATE(false, true);
    http::Headers type;
    type.add("Content-Type", by_subject ? registry::kOciManifest : registry::kOciIndex);
    const std::string empty =
        R"("mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2)";
    const std::string artifact =
        R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{)" + empty + R"(},"layers":[{)" + empty +
        R"(}],"subject":{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":")" + digest + R"(","size":100}})";
    const std::string list = R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]})";
    REQUIRE(ask(gate.port(), "PUT", by_digest(by_subject ? "signature" : tag), type, by_subject ? artifact : list).status == 201);
    CHECK(gate.get(by_digest(digest)).status == 200);
}

TEST_CASE("a manifest deleted through the gate is gone") {
    VectorRegistry registry(false);
    const auto digest = registry.load("signed-rekor2-email", "acme/app");
    const Gate gate(registry, kEmailPolicy, "\"pull\", \"delete\"");
    REQUIRE(gate.get(by_digest(digest)).status == 200);
    REQUIRE(gate.get(by_digest(digest)).status == 200);
    std::atomic<bool> deleted = false;
    registry.intercept([&](const http::RequestHead& head) -> std::optional<Answer> {
        Answer answer;
        if (head.method == "DELETE") deleted = true;
        answer.status = head.method == "DELETE" ? 202 : 404;
        return deleted ? std::optional(answer) : std::nullopt;
    });
    REQUIRE(ask(gate.port(), "DELETE", by_digest(digest)).status == 202);
    CHECK(gate.get(by_digest(digest)).status == 404);
}

TEST_CASE("a signature deleted through the gate no longer counts") {
    VectorRegistry registry(false);
    const auto digest = registry.load("signed-rekor2-email", "acme/app");
    const auto signature = signature_of(registry, digest);
    CAPTURE(digest, signature);
    const Gate gate(registry, kEmailPolicy, "\"pull\", \"delete\"");
    REQUIRE(gate.get(by_digest(digest)).status == 200);
    REQUIRE(gate.get(by_digest(digest)).status == 200);
    std::atomic<bool> deleted = false;
    registry.intercept([&](const http::RequestHead& head) -> std::optional<Answer> {
        Answer answer;
        if (head.method == "DELETE") deleted = true;
        answer.status = head.method == "DELETE" ? 202 : 404;
        const bool about = head.target.ends_with(signature) || head.target.find("sha256-") != std::string::npos;
        return deleted && about ? std::optional(answer) : std::nullopt;
    });
    REQUIRE(ask(gate.port(), "DELETE", by_digest(signature)).status == 202);
    CHECK(gate.get(by_digest(digest)).status == 403);
    CHECK(gate.get("/v2/acme/app/manifests/v1").status == 403);
}

TEST_CASE("an index deleted through the gate lends nothing any more, whether its child was pulled before or not") {
    VectorRegistry registry(false);
    const auto index = registry.load("index-signed", "acme/app");
    const Gate gate(registry, kEmailPolicy, "\"pull\", \"delete\"");
    const auto body = gate.get(by_digest(index)).body;
    const auto child = body.substr(body.find("\"digest\":\"") + 10, 71);
    const bool warm = GENERATE(true, false);
    CAPTURE(child, warm);
    if (warm) {
        REQUIRE(gate.get(by_digest(child)).status == 200);
        REQUIRE(gate.get(by_digest(child)).status == 200);
    }
    std::atomic<bool> deleted = false;
    registry.intercept([&](const http::RequestHead& head) -> std::optional<Answer> {
        Answer answer;
        if (head.method == "DELETE") deleted = true;
        answer.status = head.method == "DELETE" ? 202 : 404;
        return deleted && head.target.ends_with(index) ? std::optional(answer) : std::nullopt;
    });
    REQUIRE(ask(gate.port(), "DELETE", by_digest(index)).status == 202);
    CHECK(gate.get(by_digest(index)).status == 404);
    CHECK(gate.get(by_digest(child)).status == 403);
}

TEST_CASE("a manifest deleted through the gate is gone, even while somebody is still reading it") {
    VectorRegistry registry(false);
    std::string json = R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[],"annotations":{"a":")" +
                       std::string(4'000'000, 'x') + "\"}}";
    const auto digest = registry.put_manifest("acme/app", std::string(registry::kOciIndex), json);
    const Gate gate(registry, kAllowPolicy, "\"pull\", \"delete\"");
    REQUIRE(gate.get(by_digest(digest)).status == 200);
    http::asio::io_context io;
    std::vector<std::unique_ptr<http::asio::ip::tcp::socket>> readers;
    auto socket = std::make_unique<http::asio::ip::tcp::socket>(io);
    socket->open(http::asio::ip::tcp::v4());
    socket->set_option(http::asio::socket_base::receive_buffer_size(4096));
    socket->connect({http::asio::ip::make_address("127.0.0.1"), gate.port()});
    std::string many;
    for (int i = 0; i < 4; ++i)
        many += "GET " + by_digest(digest) + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(gate.port()) + "\r\n\r\n";
    http::asio::write(*socket, http::asio::buffer(many));
    std::this_thread::sleep_for(500ms);
    std::atomic<bool> deleted = false;
    registry.intercept([&](const http::RequestHead& head) -> std::optional<Answer> {
        Answer answer;
        if (head.method == "DELETE") deleted = true;
        answer.status = head.method == "DELETE" ? 202 : 404;
        return deleted ? std::optional(answer) : std::nullopt;
    });
    REQUIRE(ask(gate.port(), "DELETE", by_digest(digest)).status == 202);
    CHECK(gate.get(by_digest(digest)).status == 404);
    socket->close();
}

TEST_CASE("a manifest deleted while it was being fetched is not kept") {
    VectorRegistry registry(false);
    const auto digest = registry.load("unsigned", "acme/app");
    std::atomic<bool> deleted = false;
    std::atomic<bool> first = true;
    Detour detour(
        registry,
        [&](const std::string& method, const std::string&) -> std::optional<unsigned> {
            if (method == "DELETE") return deleted = true, 202U;
            return deleted ? std::optional(404U) : std::nullopt;
        },
        [&](const std::string& method, const std::string&) {
            if (method == "GET" && first.exchange(false)) std::this_thread::sleep_for(1s);
        });
    Setup setup;
    setup.upstreams = detour.upstream();
    const Gate gate(registry, kAllowPolicy, "\"pull\", \"delete\"", setup);
    unsigned seen = 0;  // Catch takes no assertions from other threads
    std::thread early([&] { seen = gate.get(by_digest(digest)).status; });
    std::this_thread::sleep_for(300ms);
    REQUIRE(ask(gate.port(), "DELETE", by_digest(digest)).status == 202);
    early.join();
    CHECK(seen == 200);
    CHECK(gate.get(by_digest(digest)).status == 404);
}

TEST_CASE("what was pushed can be pulled at once, though somebody asked for it just before") {
    VectorRegistry registry(false);
    const auto digest = registry.load("unsigned", "acme/app");
    const auto original = ask(registry.port(), "GET", by_digest(digest));
    std::atomic<bool> pushed = false;
    Detour detour(registry, [&](const std::string& method, const std::string& target) -> std::optional<unsigned> {
        if (method == "PUT") return pushed = true, 201U;
        if (pushed || target.find(digest) == std::string::npos) return std::nullopt;
        std::this_thread::sleep_for(1500ms);
        return 404U;
    });
    Setup setup;
    setup.upstreams = detour.upstream();
    const Gate gate(registry, kAllowPolicy, "\"pull\", \"push\"", setup);
    unsigned seen = 0;  // Catch takes no assertions from other threads
    std::thread early([&] { seen = gate.get(by_digest(digest)).status; });
    std::this_thread::sleep_for(300ms);
    http::Headers type;
    type.add("Content-Type", original.headers.get("content-type").value());
    const auto begun = std::chrono::steady_clock::now();
    const auto put = ask(gate.port(), "PUT", by_digest(digest), type, original.body).status;
    const auto put_ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun).count();
    const auto got = gate.get(by_digest(digest)).status;
    const auto get_ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun).count();
    early.join();
    CHECK(seen == 404);
    CAPTURE(put_ms, get_ms);
    CHECK(put == 201);
    CHECK(got == 200);
    CHECK(get_ms < 500);
}

TEST_CASE("a signature deleted while it was being collected is not kept, however good it was") {
    VectorRegistry registry(false);
    const auto digest = registry.load("signed-rekor2-email", "acme/app");
    const auto tag = "sha256-" + digest.substr(7);
    std::atomic<bool> deleted = false;
    Detour detour(
        registry,
        [&](const std::string& method, const std::string& target) -> std::optional<unsigned> {
            if (method == "DELETE") return deleted = true, 202U;
            return deleted && target.find(tag) != std::string::npos ? std::optional(404U) : std::nullopt;
        },
        [&](const std::string&, const std::string& target) {
            if (target.find("/blobs/") != std::string::npos) std::this_thread::sleep_for(1s);
        });
    Setup setup;
    setup.upstreams = detour.upstream();
    const Gate gate(registry, kEmailPolicy, "\"pull\", \"delete\"", setup);
    unsigned seen = 0;  // Catch takes no assertions from other threads
    std::thread early([&] { seen = gate.get(by_digest(digest)).status; });
    std::this_thread::sleep_for(500ms);
    REQUIRE(ask(gate.port(), "DELETE", by_digest(tag)).status == 202);
    early.join();
    CHECK(seen == 200);
    CHECK(gate.get(by_digest(digest)).status == 403);
}

TEST_CASE("what the registry refuses to write or delete is not forgotten") {
    VectorRegistry registry(false);
    const auto digest = registry.load("signed-rekor2-email", "acme/app");
    Setup setup;
    setup.upstream = "tag_ttl = \"1h\"\n";
    const Gate gate(registry, kEmailPolicy, "\"pull\", \"push\", \"delete\"", setup);
    const auto status = GENERATE(400U, 401U, 403U, 404U, 405U, 429U);
    std::atomic<unsigned> answer_with = 0;
    registry.intercept([&](const http::RequestHead& head) -> std::optional<Answer> {
        if (head.method != "PUT" && head.method != "DELETE") return std::nullopt;
        Answer answer;
        answer.status = answer_with;
        return answer;
    });
    http::Headers type;
    type.add("Content-Type", registry::kOciIndex);
    const auto* body = R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]})";
    const auto tag = "/v2/acme/app/manifests/v1";
    const auto asks_after = [&](unsigned refusal) {
        answer_with = refusal;
        static_cast<void>(gate.get(tag));
        static_cast<void>(gate.get(by_digest(digest)));
        CHECK(ask(gate.port(), "PUT", tag, type, body).status >= 400);
        CHECK(ask(gate.port(), "PUT", by_digest("sha256-" + digest.substr(7)), type, body).status >= 400);
        CHECK(ask(gate.port(), "DELETE", by_digest(digest)).status >= 400);
        CHECK(ask(gate.port(), "DELETE", "/v2/acme/app/blobs/" + digest).status >= 400);
        const auto before = registry.requests().size();
        CHECK(gate.get(tag).status == 200);
        CHECK(gate.get(by_digest(digest)).status == 200);
        return registry.requests().size() - before;
    };
    CAPTURE(status);
    CHECK(asks_after(status) == 0);
    // What may have been done is forgotten.
    CHECK(asks_after(500U) > 0);
    CHECK(asks_after(409U) > 0);
}
