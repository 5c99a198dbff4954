#include "registry/upstream.h"

#include "test/unit/registry/upstream_world.h"

using namespace registry;
using namespace test;

namespace {

const std::string kReferrers = "/v2/acme/app/referrers/" + kSubject.to_string();

std::string index_of(int first, int count) {
    std::string entries;
    for (int i = first; i < first + count; ++i) {
        const auto digest = base::Digest::sha256_of(base::as_bytes(std::to_string(i))).to_string();
        entries +=
            (entries.empty() ? "" : ",") +
            (R"({"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"a/b","digest":")" + digest + R"(","size":1})");
    }
    return R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[)" + entries + "]}";
}

Reply page(int first, int count, const std::string& next) {
    auto result = reply_with(200, "Content-Type", kOciIndex, index_of(first, count));
    if (!next.empty()) result.headers.add("Link", "<" + next + ">; rel=\"next\"");
    return result;
}

}  // namespace

TEST_CASE("manifest asks for the four types, plainly") {
    UpstreamWorld world([](const http::RequestHead&) { return image_reply(); });
    const auto fetched = world.manifest();
    REQUIRE(fetched.has_value());
    CHECK(fetched->content_type == kOciManifest);
    CHECK(base::as_text(fetched->raw) == kImage);
    REQUIRE(world.server.lines() == std::vector<std::string>{"GET /v2/acme/app/manifests/v1"});
    const auto& request = world.server.requests()[0];
    for (const auto type : {kOciManifest, kOciIndex, kDockerManifest, kDockerManifestList})
        CHECK(request.field("Accept").find(type) != std::string::npos);
    CHECK(request.field("Accept-Encoding") == "identity");
    CHECK(request.field("Authorization").empty());
}

TEST_CASE("The status of a manifest answer becomes an error code") {
    const auto [status, code] = GENERATE(table<unsigned, base::ErrorCode>({
        {401, base::ErrorCode::unauthorized},
        {403, base::ErrorCode::denied},
        {404, base::ErrorCode::not_found},
        {400, base::ErrorCode::unavailable},
        {429, base::ErrorCode::unavailable},
        {500, base::ErrorCode::unavailable},
        {503, base::ErrorCode::unavailable},
        {206, base::ErrorCode::unavailable},
        {300, base::ErrorCode::unavailable},
        {204, base::ErrorCode::unavailable},
    }));
    CAPTURE(status);
    UpstreamWorld world([answered = status](const http::RequestHead&) { return reply(answered); });
    const auto fetched = world.manifest();
    REQUIRE_FALSE(fetched.has_value());
    CHECK(code_of(fetched) == code);
    CHECK(fetched.error().message().find("manifest acme/app:v1: ") == 0);
    CHECK(fetched.error().message().ends_with(" answered " + std::to_string(status) + " " + std::string(http::standard_reason(status))));
}

TEST_CASE("A manifest answer that cannot be trusted is an error") {
    const auto [name, type_fields, coding] = GENERATE(table<std::string, std::vector<std::string>, std::string>({
        {"no content type", {}, ""},
        {"two content types", {std::string(kOciManifest), std::string(kOciIndex)}, ""},
        {"encoded", {std::string(kOciManifest)}, "gzip"},
    }));
    CAPTURE(name);
    UpstreamWorld world([&, types = type_fields, encoding = coding](const http::RequestHead&) {
        auto result = reply(200, kImage);
        for (const auto& type : types) result.headers.add("Content-Type", type);
        if (!encoding.empty()) result.headers.add("Content-Encoding", encoding);
        return result;
    });
    CHECK(code_of(world.manifest()) == base::ErrorCode::unavailable);
}

TEST_CASE("A manifest of 4 MiB is read, one byte more is too large") {
    std::size_t size = kManifestLimit;
    UpstreamWorld world([&](const http::RequestHead&) { return reply_with(200, "Content-Type", kOciManifest, std::string(size, ' ')); });
    CHECK(world.manifest()->raw.size() == kManifestLimit);
    ++size;
    CHECK(code_of(world.manifest()) == base::ErrorCode::too_large);
}

TEST_CASE("An endless manifest is given up at the limit") {
    UpstreamWorld world([](const http::RequestHead&) { return reply(500); });
    world.server.script([&](const http::RequestHead&) {
        class Endless final : public http::BodySource {
        public:
            http::Async<std::size_t> read(std::span<std::uint8_t> into) override {
                std::ranges::fill(into, ' ');
                co_return into.size();
            }
            [[nodiscard]] std::optional<std::uint64_t> length() const override { return std::nullopt; }
        };
        auto result = reply_with(200, "Content-Type", kOciManifest);
        result.stream = std::make_unique<Endless>();
        return result;
    });
    CHECK(code_of(world.manifest()) == base::ErrorCode::too_large);
}

TEST_CASE("A body that drips is ended by the deadline") {
    UpstreamWorld world([](const http::RequestHead&) { return reply(500); });
    world.server.script([&](const http::RequestHead&) {
        auto result = reply_with(200, "Content-Type", kOciManifest);
        result.stream = slow_body(world.io, std::chrono::milliseconds(20));
        return result;
    });
    const auto begin = std::chrono::steady_clock::now();
    const auto fetched = run(world.io, world.upstream->manifest(kName, tag("v1"), base::Deadline::after(std::chrono::milliseconds(300))));
    CHECK(code_of(fetched) == base::ErrorCode::timed_out);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
}

TEST_CASE("A registry that cannot be reached is unavailable") {
    UpstreamWorld world([](const http::RequestHead&) { return reply(200); });
    UpstreamConfig settings{
        .origin = http::Origin::parse("http://127.0.0.1:1").value(), .tls = nullptr, .credentials = std::nullopt, .client = {}};
    Upstream gone(world.io, world.workers, std::make_shared<UpstreamConfig>(std::move(settings)), world.tokens);
    CHECK(code_of(run(world.io, gone.manifest(kName, tag("v1"), soon()))) == base::ErrorCode::unavailable);
}

TEST_CASE("A blob is served only if its bytes have the digest") {
    std::string content = "signature";
    UpstreamWorld world([&](const http::RequestHead&) { return reply(200, content); });
    const auto digest = base::Digest::sha256_of(base::as_bytes(content));
    CHECK(base::as_text(world.blob(digest).value()) == "signature");
    CHECK(world.server.lines()[0] == "GET /v2/acme/app/blobs/" + digest.to_string());
    CHECK(code_of(world.blob(digest, 8)) == base::ErrorCode::too_large);
    content = "other";
    CHECK(code_of(world.blob(digest)) == base::ErrorCode::unverified);
    const auto digest512 = base::Digest::of(base::HashAlgorithm::sha512, base::as_bytes(content));
    CHECK(world.blob(digest512).has_value());
}

TEST_CASE("A blob that comes encoded is the registry's failure, not another blob") {
    std::string coding = "gzip";
    const std::string content = "signature";
    UpstreamWorld world([&](const http::RequestHead&) { return reply_with(200, "Content-Encoding", coding, content); });
    const auto digest = base::Digest::sha256_of(base::as_bytes(content));
    CHECK(code_of(world.blob(digest)) == base::ErrorCode::unavailable);
    CHECK(code_of(world.blob(kSubject)) == base::ErrorCode::unavailable);
    coding = "identity";
    CHECK(world.blob(digest).has_value());
    CHECK(code_of(world.blob(kSubject)) == base::ErrorCode::unverified);
}

TEST_CASE("A blob's failure says what the registry answered") {
    UpstreamWorld world([](const http::RequestHead&) { return reply(429); });
    const auto blob = world.blob(kSubject);
    REQUIRE_FALSE(blob.has_value());
    CHECK(blob.error().message().ends_with(": the registry answered 429 Too Many Requests"));
}

TEST_CASE("A part of a blob is not the blob") {
    UpstreamWorld world([](const http::RequestHead&) { return reply(206, "x"); });
    CHECK(code_of(world.blob(kSubject)) == base::ErrorCode::unavailable);
}

TEST_CASE("blob_stream passes Range and If-Range and nothing else") {
    UpstreamWorld world([](const http::RequestHead&) { return reply_with(206, "Content-Range", "bytes 1-2/4", "bc"); });
    http::Headers headers;
    headers.add("Range", "bytes=1-2");
    headers.add("If-Range", "\"x\"");
    headers.add("Authorization", "Bearer of-the-client");
    headers.add("Cookie", "c=1");
    auto response = run(world.io, world.upstream->blob_stream("GET", kName, kSubject, headers, soon()));
    REQUIRE(response.has_value());
    CHECK(response->head().status == 206);
    CHECK(response->head().headers.get("Content-Range") == "bytes 1-2/4");
    CHECK(base::as_text(run(world.io, http::read_all(response->body(), 10)).value()) == "bc");
    const auto& request = world.server.requests()[0];
    CHECK(request.field("Range") == "bytes=1-2");
    CHECK(request.field("If-Range") == "\"x\"");
    CHECK(request.field("Authorization").empty());
    CHECK(request.field("Cookie").empty());
    CHECK_FALSE(run(world.io, world.upstream->blob_stream("POST", kName, kSubject, http::Headers(), soon())).has_value());
}

TEST_CASE("exchange sends the fields of its list only, and stays in its repository") {
    UpstreamWorld world([](const http::RequestHead&) { return reply(200); });
    http::RequestHead head;
    head.method = "GET";
    head.target = "/v2/acme/app/tags/list?n=2";
    for (const auto* name : {"Accept", "Authorization", "Cookie", "X-Forwarded-Host", "Forwarded", "X-Real-IP", "If-None-Match"})
        head.headers.add(name, "x");
    REQUIRE(run(world.io, world.upstream->exchange(head, nullptr, kName, false, soon())).has_value());
    const auto& request = world.server.requests()[0];
    CHECK(request.line() == "GET /v2/acme/app/tags/list?n=2");
    CHECK(request.field("Accept") == "x");
    CHECK(request.field("If-None-Match") == "x");
    for (const auto* name : {"Authorization", "Cookie", "X-Forwarded-Host", "Forwarded", "X-Real-IP"}) CHECK(request.field(name).empty());
    head.target = "/v2/acme/app2/tags/list";
    CHECK(code_of(run(world.io, world.upstream->exchange(head, nullptr, kName, false, soon()))) == base::ErrorCode::internal);
    CHECK(world.server.requests().size() == 1);
}

TEST_CASE("Referrers of all pages are collected") {
    UpstreamWorld world([](const http::RequestHead& head) {
        if (head.target.ends_with("p=2")) return page(2, 2, kReferrers + "?p=3");
        if (head.target.ends_with("p=3")) return page(4, 1, "");
        return page(0, 2, "?p=2");
    });
    const auto listing = world.referrers();
    REQUIRE(listing.has_value());
    CHECK(listing->supported);
    CHECK_FALSE(listing->truncated);
    REQUIRE(listing->descriptors.size() == 5);
    CHECK(listing->descriptors[4].artifact_type == "a/b");
    CHECK(world.server.lines() ==
          std::vector<std::string>{"GET " + kReferrers, "GET " + kReferrers + "?p=2", "GET " + kReferrers + "?p=3"});
}

TEST_CASE("404 means that the registry has no referrers API, on the first page only") {
    UpstreamWorld world([](const http::RequestHead& head) { return head.target.ends_with("p=2") ? reply(404) : page(0, 1, "?p=2"); });
    CHECK_FALSE(world.referrers().has_value());
    world.server.script([](const http::RequestHead&) { return reply(404); });
    REQUIRE(world.referrers().has_value());
    CHECK_FALSE(world.referrers()->supported);
}

TEST_CASE("A listing that is none is a failure, never an empty listing") {
    const auto [name, status, type, body, next] = GENERATE(table<std::string, unsigned, std::string, std::string, std::string>({
        {"500", 500, std::string(kOciIndex), index_of(0, 1), ""},
        {"401", 401, std::string(kOciIndex), index_of(0, 1), ""},
        {"400", 400, std::string(kOciIndex), index_of(0, 1), ""},
        {"a page for people", 200, "text/html", "<html>", ""},
        {"a parameter", 200, std::string(kOciIndex) + "; charset=utf-8", index_of(0, 1), ""},
        {"an image", 200, std::string(kOciManifest), kImage, ""},
        {"not JSON", 200, std::string(kOciIndex), "{", ""},
        {"folded name", 200, std::string(kOciIndex), R"({"schemaVersion":2,"Manifests":[]})", ""},
        {"next page elsewhere", 200, std::string(kOciIndex), index_of(0, 1), "http://evil.example/x"},
        {"next page of another subject", 200, std::string(kOciIndex), index_of(0, 1), "/v2/acme/app/referrers/x"},
        {"next page inside", 200, std::string(kOciIndex), index_of(0, 1), "http://169.254.169.254/"},
    }));
    CAPTURE(name);
    UpstreamWorld world([&, code = status, media_type = type, content = body, link = next](const http::RequestHead&) {
        auto result = reply_with(code, "Content-Type", media_type, content);
        if (!link.empty()) result.headers.add("Link", "<" + link + ">; rel=next");
        return result;
    });
    CHECK_FALSE(world.referrers().has_value());
    CHECK(world.server.requests().size() == 1);
}

TEST_CASE("A listing ends after ten pages, and says so") {
    UpstreamWorld world([](const http::RequestHead&) { return page(0, 1, "?p=again"); });
    const auto listing = world.referrers();
    REQUIRE(listing.has_value());
    CHECK(listing->truncated);
    CHECK(listing->descriptors.size() == 10);
    CHECK(world.server.requests().size() == 10);
}

TEST_CASE("A listing ends after 1000 descriptors, and says so") {
    int first_page = 600;
    UpstreamWorld world([&](const http::RequestHead& head) {
        return head.target.ends_with("p=2") ? page(first_page, 401, "?p=3") : page(0, first_page, "?p=2");
    });
    auto listing = world.referrers();
    REQUIRE(listing.has_value());
    CHECK(listing->truncated);
    CHECK(listing->descriptors.size() == 1000);
    CHECK(world.server.requests().size() == 2);
}

TEST_CASE("A registry that wants to be left alone for a while is heard, its token service too") {
    const auto status = GENERATE(429U, 503U);
    UpstreamWorld world([status](const http::RequestHead&) { return reply_with(status, "Retry-After", "17"); });
    CHECK(world.manifest().error().retry_after() == std::chrono::seconds(17));
    CHECK(world.referrers().error().retry_after() == std::chrono::seconds(17));
    CHECK(world.blob(kSubject).error().retry_after() == std::chrono::seconds(17));
    world.server.script([&](const http::RequestHead& head) {
        if (head.target.starts_with("/token")) return reply_with(status, "Retry-After", "18");
        return reply_with(401, "WWW-Authenticate", "Bearer realm=\"" + world.server.url() + "/token\"");
    });
    CHECK(world.manifest().error().retry_after() == std::chrono::seconds(18));
    world.server.script([&](const http::RequestHead&) { return reply(status); });
    CHECK_FALSE(world.manifest().error().retry_after().has_value());
}
