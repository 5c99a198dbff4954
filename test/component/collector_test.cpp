#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <atomic>
#include <thread>

#include "test/component/allocations.h"
#include "test/component/detour.h"
#include "test/component/memory_cases.h"
#include "test/component/verifications.h"
#include "test/support/anonymous_memory.h"
#include "test/support/catch.h"

using namespace test;
using namespace std::chrono_literals;

namespace {

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

TEST_CASE("policy is evaluated on every request: a rule that expires denies the next one, whatever is in memory") {
    MovableClock clock;
    VectorRegistry registry(false);
    const auto digest = registry.load("signed-rekor2-email", "acme/app");
    auto policy = kEmailPolicy;
    auto setup = clock.setup();
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
    auto setup = clock.setup();
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
    const Gate gate(registry, kEmailPolicy, "\"pull\"", clock.setup());
    REQUIRE(gate.get(by_digest(digest)).status == 403);
    signed_yet = true;
    registry.forget_requests();
    CHECK(gate.get(by_digest(digest)).status == 403);
    CHECK(registry.requests() == Texts{});
    clock.advance(31s);
    CHECK(gate.get(by_digest(digest)).status == 200);
}

TEST_CASE("a thousand clients of one cold image cause the upstream requests of one, on whatever thread they are") {
    const auto by_tag = GENERATE(false, true);
    Setup setup;
    setup.threads = GENERATE(1U, 4U);
    VectorRegistry registry(true);
    const auto digest = registry.load("signed-rekor2-email", "acme/app");
    registry.intercept(slow(nullptr));
    const Gate gate(registry, kEmailPolicy, "\"pull\"", setup);
    const auto verified = verifications();
    const auto replies = ask_at_once(gate.port(), 1'000, by_tag ? "/v2/acme/app/manifests/v1" : by_digest(digest));
    CHECK(std::ranges::all_of(replies, [](const Reply& reply) { return reply.status == 200; }));
    CHECK(repeated(registry.requests()) == Texts{});
    CHECK(registry.requests().size() == 5);  // manifest, referrers, fallback tag, artifact, bundle
    CHECK(verifications() == verified + 1);
}

TEST_CASE("a client that leaves does not end what others wait for, and what it asked for is known afterwards") {
    VectorRegistry registry(true);
    const auto digest = registry.load("signed-rekor2-email", "acme/app");
    std::atomic<bool> asked = false;
    registry.intercept([&asked, answer = slow(nullptr)](const http::RequestHead& head) {
        asked = true;
        return answer(head);
    });
    const Gate gate(registry, kEmailPolicy);
    {
        http::asio::io_context io;
        http::asio::ip::tcp::socket leaving(io);
        leaving.connect({http::asio::ip::make_address("127.0.0.1"), gate.port()});
        http::asio::write(leaving, http::asio::buffer("GET " + by_digest(digest) + " HTTP/1.1\r\nHost: gate\r\n\r\n"));
        while (!asked) std::this_thread::sleep_for(1ms);
        leaving.set_option(http::asio::socket_base::linger(true, 0));  // a reset, as of a client that was killed
    }
    const auto replies = ask_at_once(gate.port(), 20, by_digest(digest));
    CHECK(std::ranges::all_of(replies, [](const Reply& reply) { return reply.status == 200; }));
    CHECK(repeated(registry.requests()) == Texts{});
    CHECK(registry.requests().size() == 5);
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

TEST_CASE("known-good signatures are tried first when the evidence is collected anew") {
    MovableClock clock;
    VectorRegistry registry(true);
    const auto digest = registry.load("signed-rekor2-email", "acme/app");
    const Gate gate(registry, kEmailPolicy, "\"pull\"", clock.setup());
    REQUIRE(gate.get(by_digest(digest)).status == 200);
    const std::string empty =
        R"("mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2)";
    for (int i = 0; i < 600; ++i) {
        const std::string artifact =
            R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"application/vnd.dev.sigstore.bundle.v0.3+json","config":{)" +
            empty + R"(},"layers":[{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","digest":"sha256:)" + std::string(64, 'a') +
            R"(","size":)" + std::to_string(100 + i) +
            R"(}],"subject":{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":")" + digest + R"(","size":100}})";
        (void)registry.put_manifest("acme/app", "application/vnd.oci.image.manifest.v1+json", artifact);
    }
    CHECK(gate.get(by_digest(digest)).status == 200);
    clock.advance(25h);
    const auto reply = gate.get(by_digest(digest));
    CAPTURE(reply.body);
    CHECK(reply.status == 200);
}

#ifndef TEST_SANITIZED
TEST_CASE("evidence costs what it holds") {
    VectorRegistry registry(false);
    Setup setup;
    setup.cache = "memory = \"8MiB\"\n";
    std::vector<std::string> digests;
    for (int i = 0; i < 60; ++i) {
        const auto json =
            R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[],"annotations":{"a":")" +
            std::to_string(i) + "\"}}";
        digests.push_back(registry.put_manifest("acme/app", std::string(registry::kOciIndex), json));
        std::string list = R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[)";
        for (int n = 0; n < 60; ++n) {
            auto hex = std::to_string(100000 + 100 * i + n);
            list += (n ? "," : "") + std::string(R"({"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:)") +
                    std::string(58, 'c') + hex +
                    R"(","size":100,"artifactType":"application/vnd.dev.sigstore.bundle.v0.3+json","annotations":{"x":")" +
                    std::string(60'000, 'x') + "\"}}";
        }
        const auto index = registry.put_manifest("acme/app", std::string(registry::kOciIndex), list + "]}");
        registry.tag("acme/app", "sha256-" + digests.back().substr(7), index);
    }
    const Gate gate(registry, kEmailPolicy, "\"pull\"", setup);
    const auto before = anonymous_memory();
    for (const auto& digest : digests) CHECK(gate.get(by_digest(digest)).status == 403);
    const auto grown = anonymous_memory() - before;
    CAPTURE(grown);
    CHECK(grown < 40'000'000);
}
#endif

TEST_CASE("what clients start in the background for manifests that may not exist is bounded") {
    VectorRegistry registry(true);
    (void)registry.load("signed-rekor2-email", "acme/app");
    std::atomic<int> open = 0;
    std::atomic<int> most = 0;
    Detour detour(registry, [&](const std::string&, const std::string& target) -> std::optional<unsigned> {
        if (target.find("/referrers/") == std::string::npos) return 404U;
        const int now = ++open;
        int seen = most;
        while (seen < now && !most.compare_exchange_weak(seen, now)) {
        }
        std::this_thread::sleep_for(3s);
        --open;
        return 404U;
    });
    Setup setup;
    setup.upstreams = detour.upstream();
    const Gate gate(registry, kEmailPolicy, "\"pull\"", setup);
    for (int i = 0; i < 150; ++i) {
        CHECK(gate.get(by_digest("sha256:" + std::string(60, 'b') + std::to_string(1000 + i))).status == 404);
    }
    const int seen = most;
    CAPTURE(seen);
    CHECK(seen <= 32);
    CHECK(seen > 0);
}
