#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <thread>

#include "test/component/gate_fixture.h"
#include "test/support/catch.h"

using namespace test;
using namespace std::chrono_literals;

namespace {

using Texts = std::vector<std::string>;

std::string by_digest(const std::string& digest) { return "/v2/acme/app/manifests/" + digest; }

// A clock that stands at the present plus what a test adds.
class MovableClock {
public:
    void advance(std::chrono::seconds by) { *shift_ += by.count(); }
    [[nodiscard]] base::Clock clock() const {
        return [shift = shift_] { return base::system_now() + std::chrono::seconds(shift->load()); };
    }

private:
    std::shared_ptr<std::atomic<std::int64_t>> shift_ = std::make_shared<std::atomic<std::int64_t>>(0);
};

Setup with_clock(const MovableClock& clock) {
    Setup setup;
    setup.clock = clock.clock();
    return setup;
}

// Answers its first request only after a while, so that all others ask meanwhile. `then` is for all of them.
VectorRegistry::Intercept slow(VectorRegistry::Intercept then) {
    return [first = true, then = std::move(then)](const http::RequestHead& head) mutable {
        if (std::exchange(first, false)) std::this_thread::sleep_for(1s);
        return then ? then(head) : std::nullopt;
    };
}

// Requests of the registry that were made more than once.
Texts repeated(Texts requests) {
    std::ranges::sort(requests);
    Texts twice;
    for (std::size_t i = 1; i < requests.size(); ++i) {
        if (requests[i] == requests[i - 1]) twice.push_back(requests[i]);
    }
    return twice;
}

}  // namespace

TEST_CASE("a warm pull by digest asks the registry nothing") {
    const auto* vector = GENERATE("signed-rekor1-email", "signed-rekor2-email", "index-signed");
    VectorRegistry registry(GENERATE(false, true));
    const auto digest = registry.load(vector, "acme/app");
    const Gate gate(registry, kEmailPolicy);
    const auto cold = gate.get(by_digest(digest));
    REQUIRE(cold.status == 200);
    registry.forget_requests();
    const auto warm = gate.get(by_digest(digest));
    CHECK(warm.status == 200);
    CHECK(warm.body == cold.body);
    CHECK(warm.headers.get("docker-content-digest") == digest);
    CHECK(warm.headers.get("content-type") == cold.headers.get("content-type"));
    CHECK(warm.headers.get("etag") == cold.headers.get("etag"));
    CHECK(warm.headers.get("date"));
    const auto head = gate.head(by_digest(digest));
    CHECK(head.status == 200);
    CHECK(head.body.empty());
    CHECK(head.headers.get("content-length") == std::to_string(cold.body.size()));
    CHECK(registry.requests() == Texts{});
}

TEST_CASE("a warm pull by tag asks the registry for the tag only") {
    VectorRegistry registry(false);
    (void)registry.load("signed-rekor2-email", "acme/app");
    const Gate gate(registry, kEmailPolicy);
    REQUIRE(gate.get("/v2/acme/app/manifests/v1").status == 200);
    registry.forget_requests();
    CHECK(gate.get("/v2/acme/app/manifests/v1").status == 200);
    CHECK(registry.requests() == Texts{"HEAD /v2/acme/app/manifests/v1"});
}

TEST_CASE("a tag that moved is served as it is now, and judged") {
    VectorRegistry registry(false);
    (void)registry.load("signed-rekor2-email", "acme/app");
    const Gate gate(registry, kEmailPolicy);
    REQUIRE(gate.get("/v2/acme/app/manifests/v1").status == 200);
    registry.tag("acme/app", "v1", registry.load("unsigned", "acme/other"));
    CHECK(gate.get("/v2/acme/app/manifests/v1").status == 404);  // the repository has no such manifest
    registry.tag("acme/app", "v1", registry.load("unsigned", "acme/app"));
    CHECK(gate.get("/v2/acme/app/manifests/v1").status == 403);
}

TEST_CASE("a registry whose HEAD names no digest is asked by GET each time") {
    VectorRegistry registry(false);
    (void)registry.load("signed-rekor2-email", "acme/app");
    const auto status = GENERATE(200U, 405U);
    registry.intercept([status](const http::RequestHead& head) -> std::optional<Answer> {
        if (head.method != "HEAD") return std::nullopt;
        Answer answer;
        answer.status = status;
        return answer;
    });
    const Gate gate(registry, kEmailPolicy);
    for (int i = 0; i < 3; ++i) CHECK(gate.get("/v2/acme/app/manifests/v1").status == 200);
    CHECK(std::ranges::count(registry.requests(), "GET /v2/acme/app/manifests/v1") == 3);
}

TEST_CASE("tag_ttl: within it the registry is not asked for a tag, after it again") {
    MovableClock clock;
    VectorRegistry registry(false);
    (void)registry.load("signed-rekor2-email", "acme/app");
    auto setup = with_clock(clock);
    setup.upstream = "tag_ttl = \"10s\"\n";
    const Gate gate(registry, kEmailPolicy, "\"pull\"", setup);
    REQUIRE(gate.get("/v2/acme/app/manifests/v1").status == 200);
    registry.forget_requests();
    CHECK(gate.get("/v2/acme/app/manifests/v1").status == 200);
    CHECK(registry.requests() == Texts{});
    clock.advance(11s);
    CHECK(gate.get("/v2/acme/app/manifests/v1").status == 200);
    CHECK(registry.requests() == Texts{"HEAD /v2/acme/app/manifests/v1"});
}

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

TEST_CASE("policy is evaluated on every request: a rule that expires denies the next one, whatever is in memory") {
    MovableClock clock;
    VectorRegistry registry(false);
    const auto digest = registry.load("signed-rekor2-email", "acme/app");
    auto policy = kEmailPolicy;
    auto setup = with_clock(clock);
    setup.cache = "evidence_ttl = \"72h\"\n";
    const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(base::system_now()));
    policy.insert(policy.find("trust ="), "expires = " + base::format_rfc3339(std::chrono::sys_days(today)).substr(0, 10) + "\n");
    const Gate gate(registry, policy, "\"pull\"", setup);
    REQUIRE(gate.get(by_digest(digest)).status == 200);
    REQUIRE(gate.get(by_digest(digest)).status == 200);
    registry.forget_requests();
    clock.advance(24h);
    const auto expired = gate.get(by_digest(digest));
    CHECK(expired.status == 403);
    CHECK(expired.body.find("expired") != std::string::npos);
    CHECK(registry.requests() == Texts{});
}

TEST_CASE("evidence_ttl: what is older is collected anew") {
    MovableClock clock;
    VectorRegistry registry(false);
    const auto digest = registry.load("signed-rekor2-email", "acme/app");
    auto setup = with_clock(clock);
    setup.cache = "evidence_ttl = \"1h\"\n";
    const Gate gate(registry, kEmailPolicy, "\"pull\"", setup);
    REQUIRE(gate.get(by_digest(digest)).status == 200);
    REQUIRE(gate.get(by_digest(digest)).status == 200);
    registry.forget_requests();
    clock.advance(61min);
    registry.intercept([](const http::RequestHead& head) -> std::optional<Answer> {
        if (head.target.find("/manifests/sha256-") == std::string::npos) return std::nullopt;
        Answer gone;
        gone.status = 404;
        return gone;
    });
    CHECK(gate.get(by_digest(digest)).status == 403);
}

TEST_CASE("negative_ttl: a refusal stands for that long, then the places are listed again") {
    MovableClock clock;
    VectorRegistry registry(false);
    const auto digest = registry.load("signed-rekor2-email", "acme/app");
    std::atomic<bool> signed_yet = false;
    registry.intercept([&](const http::RequestHead& head) -> std::optional<Answer> {
        if (signed_yet || head.target.find("/manifests/sha256-") == std::string::npos) return std::nullopt;
        Answer absent;
        absent.status = 404;
        return absent;
    });
    const Gate gate(registry, kEmailPolicy, "\"pull\"", with_clock(clock));
    REQUIRE(gate.get(by_digest(digest)).status == 403);
    signed_yet = true;
    registry.forget_requests();
    CHECK(gate.get(by_digest(digest)).status == 403);
    CHECK(registry.requests() == Texts{});
    clock.advance(31s);
    CHECK(gate.get(by_digest(digest)).status == 200);
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
    const std::string empty = R"("mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2)";
    const std::string artifact = R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{)" + empty +
                                 R"(},"layers":[{)" + empty + R"(}],"subject":{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":")" +
                                 digest + R"(","size":100}})";
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

TEST_CASE("without memory everything is asked for each time, and decided alike") {
    VectorRegistry registry(false);
    const auto digest = registry.load("signed-rekor2-email", "acme/app");
    Setup setup;
    setup.cache = "memory = \"0\"\n";
    const Gate gate(registry, kEmailPolicy, "\"pull\"", setup);
    REQUIRE(gate.get(by_digest(digest)).status == 200);
    const auto once = registry.requests().size();
    REQUIRE(gate.get(by_digest(digest)).status == 200);
    CHECK(registry.requests().size() == 2 * once);
}

TEST_CASE("a thousand clients of one cold image cause the upstream requests of one, on whatever thread they are") {
    const auto by_tag = GENERATE(false, true);
    Setup setup;
    setup.threads = GENERATE(1U, 4U);
    VectorRegistry registry(true);
    const auto digest = registry.load("signed-rekor2-email", "acme/app");
    registry.intercept(slow(nullptr));
    const Gate gate(registry, kEmailPolicy, "\"pull\"", setup);
    const auto replies = ask_at_once(gate.port(), 1'000, by_tag ? "/v2/acme/app/manifests/v1" : by_digest(digest));
    CHECK(std::ranges::all_of(replies, [](const Reply& reply) { return reply.status == 200; }));
    CHECK(repeated(registry.requests()) == Texts{});
    CHECK(registry.requests().size() == 5);  // manifest, referrers, fallback tag, artifact, bundle
}

TEST_CASE("a client that leaves does not end what others wait for, and what it asked for is known afterwards") {
    VectorRegistry registry(true);
    const auto digest = registry.load("signed-rekor2-email", "acme/app");
    registry.intercept(slow(nullptr));
    const Gate gate(registry, kEmailPolicy);
    {
        http::asio::io_context io;
        http::asio::ip::tcp::socket leaving(io);
        leaving.connect({http::asio::ip::make_address("127.0.0.1"), gate.port()});
        http::asio::write(leaving, http::asio::buffer("GET " + by_digest(digest) + " HTTP/1.1\r\nHost: gate\r\n\r\n"));
        std::this_thread::sleep_for(200ms);
        leaving.set_option(http::asio::socket_base::linger(true, 0));  // a reset, as of a client that was killed
    }
    const auto replies = ask_at_once(gate.port(), 20, by_digest(digest));
    CHECK(std::ranges::all_of(replies, [](const Reply& reply) { return reply.status == 200; }));
    CHECK(repeated(registry.requests()) == Texts{});
}

TEST_CASE("an error reaches all who wait, and is not remembered") {
    VectorRegistry registry(true);
    const auto digest = registry.load("signed-rekor2-email", "acme/app");
    const std::string part = GENERATE("/referrers/", "/manifests/sha256:", "/blobs/");
    registry.intercept(slow([part](const http::RequestHead& head) -> std::optional<Answer> {
        if (head.target.find(part) == std::string::npos && head.target.find("/manifests/sha256-") == std::string::npos) return std::nullopt;
        Answer broken;
        broken.status = 500;
        return broken;
    }));
    const Gate gate(registry, kEmailPolicy);
    const auto replies = ask_at_once(gate.port(), 50, by_digest(digest));
    CHECK(std::ranges::all_of(replies, [](const Reply& reply) { return reply.status == 503; }));
    CHECK(repeated(registry.requests()) == Texts{});
    registry.intercept(nullptr);
    std::this_thread::sleep_for(300ms);  // a flight that nobody waits for any more may still be under way
    CHECK(gate.get(by_digest(digest)).status == 200);
}
