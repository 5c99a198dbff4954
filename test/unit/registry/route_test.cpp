#include "registry/route.h"

#include "test/support/catch.h"

using namespace registry;

namespace {

const std::string kDigest = base::Digest::sha256_of({}).to_string();
const std::string kEscaped = "sha256%3A" + kDigest.substr(7);
const std::string kDigest512 = base::Digest::of(base::HashAlgorithm::sha512, {}).to_string();

template <typename T>
T get(std::string_view method, const std::string& target) {
    auto route = parse_route(method, target);
    REQUIRE(route.has_value());
    REQUIRE(std::holds_alternative<T>(route->endpoint));
    return std::get<T>(route->endpoint);
}

unsigned status(std::string_view method, const std::string& target) {
    const auto route = parse_route(method, target);
    return route ? 200 : route.error().status;
}

}  // namespace

TEST_CASE("Every row of the endpoint table is a route, and goes out in one spelling") {
    const auto [method, target, canonical] = GENERATE_COPY(table<std::string, std::string, std::string>({
        {"GET", "/v2/", "/v2/"},
        {"GET", "/v2", "/v2/"},
        {"HEAD", "/v2/", "/v2/"},
        {"GET", "/v2/?ns=docker.io", "/v2/"},
        {"GET", "/v2/a/b/blobs/" + kDigest, "/v2/a/b/blobs/" + kDigest},
        {"HEAD", "/v2/a/blobs/" + kEscaped, "/v2/a/blobs/" + kDigest},
        {"DELETE", "/v2/a/blobs/" + kDigest512, "/v2/a/blobs/" + kDigest512},
        {"GET", "/v2/a/manifests/latest", "/v2/a/manifests/latest"},
        {"HEAD", "/v2/a/manifests/" + kDigest + "?ns=ghcr.io", "/v2/a/manifests/" + kDigest},
        {"PUT", "/v2/a/manifests/v1", "/v2/a/manifests/v1"},
        {"DELETE", "/v2/a/manifests/v1", "/v2/a/manifests/v1"},
        {"PUT", "/v2/a/manifests/" + kDigest + "?tag=x&tag=y", "/v2/a/manifests/" + kDigest + "?tag=x&tag=y"},
        {"GET", "/v2/a/manifests/" + kDigest + "?tag=x&unknown=1", "/v2/a/manifests/" + kDigest},
        {"POST", "/v2/a/blobs/uploads/", "/v2/a/blobs/uploads/"},
        {"POST", "/v2/a/blobs/uploads/?digest=" + kEscaped, "/v2/a/blobs/uploads/?digest=" + kDigest},
        {"POST", "/v2/a/blobs/uploads/?digest-algorithm=sha512", "/v2/a/blobs/uploads/?digest-algorithm=sha512"},
        {"POST", "/v2/a/blobs/uploads/?mount=" + kDigest + "&from=secret/x&origin=y", "/v2/a/blobs/uploads/"},
        {"PATCH", "/v2/a/blobs/uploads/id-1_2.=~", "/v2/a/blobs/uploads/id-1_2.=~"},
        {"PUT", "/v2/a/blobs/uploads/id?_state=a%2Bb&digest=" + kEscaped, "/v2/a/blobs/uploads/id?_state=a%2Bb&digest=" + kEscaped},
        {"GET", "/v2/a/blobs/uploads/id?ns=x&_state=y", "/v2/a/blobs/uploads/id?_state=y"},
        {"PATCH", "/v2/a/blobs/uploads/id?&a&&b=%00%FF&", "/v2/a/blobs/uploads/id?&a&&b=%00%FF&"},
        {"DELETE", "/v2/a/blobs/uploads/id", "/v2/a/blobs/uploads/id"},
        {"PATCH", "/v2/a/blobs/upload/id?_state=x", "/v2/a/blobs/upload/id?_state=x"},
        {"PUT", "/v2/a/blobs/upload/id?digest=" + kEscaped, "/v2/a/blobs/upload/id?digest=" + kEscaped},
        {"GET", "/v2/a/blobs/upload/id", "/v2/a/blobs/upload/id"},
        {"DELETE", "/v2/a/blobs/upload/id", "/v2/a/blobs/upload/id"},
        {"GET", "/v2/a/tags/list", "/v2/a/tags/list"},
        {"GET", "/v2/a/tags/list?last=b%2Fc&n=10&x=y", "/v2/a/tags/list?n=10&last=b%2Fc"},
        {"GET", "/v2/a/tags/list?n=0", "/v2/a/tags/list?n=0"},
        {"GET", "/v2/a/tags/list?n=999999999", "/v2/a/tags/list?n=999999999"},
        {"GET", "/v2/a/referrers/" + kDigest, "/v2/a/referrers/" + kDigest},
        {"GET", "/v2/a/referrers/" + kDigest + "?artifactType=a%2Fb%2Bjson", "/v2/a/referrers/" + kDigest + "?artifactType=a%2Fb%2Bjson"},
    }));
    CAPTURE(method, target);
    const auto route = parse_route(method, target);
    REQUIRE(route.has_value());
    CHECK(route->method == method);
    CHECK(canonical_target(route->endpoint) == canonical);
}

TEST_CASE("The path is cut at the last marker: repositories may be called like endpoints") {
    CHECK(get<ManifestRoute>("GET", "/v2/a/manifests/b/manifests/c").repository.text() == "a/manifests/b");
    CHECK(get<ManifestRoute>("GET", "/v2/a/blobs/uploads/manifests/c").repository.text() == "a/blobs/uploads");
    CHECK(get<TagsRoute>("GET", "/v2/tags/list/tags/list").repository.text() == "tags/list");
    CHECK(get<BlobRoute>("GET", "/v2/blobs/blobs/" + kDigest).repository.text() == "blobs");
    CHECK(get<UploadRoute>("PATCH", "/v2/a/blobs/uploads/blobs/uploads/id").repository.text() == "a/blobs/uploads");
    CHECK(get<UploadRoute>("PATCH", "/v2/a/blobs/uploads/manifests").session == "manifests");
    CHECK(get<UploadRoute>("PATCH", "/v2/a/blobs/uploads/blobs/upload/id").repository.text() == "a/blobs/uploads");
    CHECK(get<ManifestRoute>("GET", "/v2/a/blobs/upload/manifests/c").repository.text() == "a/blobs/upload");
    CHECK(get<ReferrersRoute>("GET", "/v2/a/referrers/referrers/" + kDigest).repository.text() == "a/referrers");
}

TEST_CASE("Parameters reach the route") {
    CHECK(parse_route("GET", "/v2/a/manifests/b?ns=127.0.0.1%3A5502")->ns == "127.0.0.1:5502");
    CHECK(parse_route("GET", "/v2/a/manifests/b")->ns.empty());
    // As containerd 2 closes an upload whose Location has ns already.
    CHECK(parse_route("PUT", "/v2/a/blobs/uploads/id?ns=ghcr.io&digest=" + kEscaped + "&ns=ghcr.io")->ns == "ghcr.io");
    CHECK(get<UploadRoute>("PUT", "/v2/a/blobs/uploads/id?ns=ghcr.io&s=1&ns=ghcr.io").query == "s=1");
    CHECK(get<ManifestRoute>("PUT", "/v2/a/manifests/" + kDigest + "?tag=x&tag=y").extra_tags.size() == 2);
    CHECK(get<UploadStartRoute>("POST", "/v2/a/blobs/uploads/?mount=x").mount_requested);
    CHECK(get<UploadStartRoute>("POST", "/v2/a/blobs/uploads/?from=x").mount_requested);
    CHECK_FALSE(get<UploadStartRoute>("POST", "/v2/a/blobs/uploads/").mount_requested);
    CHECK(get<UploadRoute>("PUT", "/v2/a/blobs/uploads/id?digest=" + kEscaped).digest->to_string() == kDigest);
    CHECK_FALSE(get<UploadRoute>("PUT", "/v2/a/blobs/uploads/id").digest.has_value());
    CHECK(get<ReferrersRoute>("GET", "/v2/a/referrers/" + kDigest + "?artifactType=a%2Fb").artifact_type == "a/b");
}

TEST_CASE("What has no row does not exist") {
    const std::string target = GENERATE_COPY(
        as<std::string>(), "", "/", "/v1/_ping", "/v2/_catalog", "/v2/_oci/ext/discover", "/v2/a", "/v2/a/", "/v2/a/b", "/v2/a/tags",
        "/v2/a/tags/", "/v2/a/tags/lists", "/v2/a/tags/list/", "/V2/", "/v3/", "v2/", "//v2/", "/v2//", "/v2/manifests/x",
        "/v2/blobs/" + kDigest, "/v2/tags/list", "/healthz", "/extensions/v2/a/signatures/" + kDigest, "http://h/v2/", "*",
        "/v2/a/manifestsx/b", "/v2/a/blob/" + kDigest, "/v2/a/signatures/" + kDigest, "/v2/a/blobs/upload/", "/v2/a/blobs/uploaded/id");
    CAPTURE(target);
    const auto route = parse_route("GET", target);
    REQUIRE_FALSE(route.has_value());
    CHECK(route.error().status == 404);
    CHECK(route.error().code == ApiCode::unsupported);
}

TEST_CASE("Other methods are 405 and say which are allowed") {
    const auto [method, target, allow] = GENERATE_COPY(table<std::string, std::string, std::string>({
        {"POST", "/v2/", "GET, HEAD"},
        {"POST", "/v2/a/manifests/b", "GET, HEAD, PUT, DELETE"},
        {"get", "/v2/a/manifests/b", "GET, HEAD, PUT, DELETE"},
        {"PUT", "/v2/a/blobs/" + kDigest, "GET, HEAD, DELETE"},
        {"GET", "/v2/a/blobs/uploads/", "POST"},
        {"PUT", "/v2/a/blobs/uploads/", "POST"},
        {"POST", "/v2/a/blobs/uploads/x", "GET, PATCH, PUT, DELETE"},
        {"POST", "/v2/a/blobs/upload/x", "GET, PATCH, PUT, DELETE"},
        {"HEAD", "/v2/a/tags/list", "GET"},
        {"HEAD", "/v2/a/referrers/" + kDigest, "GET"},
        {"CONNECT", "/v2/a/manifests/b", "GET, HEAD, PUT, DELETE"},
        {"", "/v2/", "GET, HEAD"},
        {"GET,", "/v2/", "GET, HEAD"},
        {"GET, HEAD", "/v2/", "GET, HEAD"},
    }));
    CAPTURE(method, target);
    const auto route = parse_route(method, target);
    REQUIRE_FALSE(route.has_value());
    CHECK(route.error().status == 405);
    CHECK(route.error().allow == allow);
}

TEST_CASE("Malformed parts are 400 with their code") {
    const auto [method, target, code] = GENERATE_COPY(table<std::string, std::string, ApiCode>({
        {"GET", "/v2/A/manifests/b", ApiCode::name_invalid},
        {"GET", "/v2/a//b/manifests/c", ApiCode::name_invalid},
        {"GET", "/v2/a%2Fb/manifests/c", ApiCode::name_invalid},
        {"GET", "/v2/../a/manifests/c", ApiCode::name_invalid},
        {"GET", "/v2/a/./manifests/c", ApiCode::name_invalid},
        {"GET", "/v2/" + std::string(256, 'a') + "/manifests/c", ApiCode::name_invalid},
        {"GET", "/v2/a/manifests/", ApiCode::tag_invalid},
        {"GET", "/v2/a/manifests/t%31", ApiCode::tag_invalid},
        {"GET", "/v2/a/manifests/..", ApiCode::tag_invalid},
        {"GET", "/v2/a/manifests/" + std::string(129, 'a'), ApiCode::tag_invalid},
        {"GET", "/v2/a/manifests/md5:00", ApiCode::digest_invalid},
        {"GET", "/v2/a/manifests/sha256%3a00", ApiCode::digest_invalid},
        {"GET", "/v2/a/blobs/latest", ApiCode::digest_invalid},
        {"GET", "/v2/a/blobs/uploads", ApiCode::digest_invalid},
        {"GET", "/v2/a/blobs/sha256%3A" + std::string(64, 'G'), ApiCode::digest_invalid},
        {"GET", "/v2/a/referrers/x", ApiCode::digest_invalid},
        {"GET", "/v2/a/blobs/sha256%253A" + kDigest.substr(7), ApiCode::digest_invalid},
        {"PUT", "/v2/a/manifests/t?tag=x", ApiCode::tag_invalid},
        {"PUT", "/v2/a/manifests/" + kDigest + "?tag=.x", ApiCode::tag_invalid},
        {"PUT", "/v2/a/blobs/uploads/x?digest=md5:0", ApiCode::digest_invalid},
        {"PUT", "/v2/a/blobs/uploads/x?digest=" + kDigest + "&digest=" + kDigest, ApiCode::digest_invalid},
        {"POST", "/v2/a/blobs/uploads/?digest-algorithm=md5", ApiCode::digest_invalid},
        {"GET", "/v2/a/manifests/b?ns=x&ns=y", ApiCode::name_invalid},
        {"GET", "/v2/a/manifests/b?ns=", ApiCode::name_invalid},
        {"GET", "/v2/a/manifests/b?ns=" + std::string(256, 'x'), ApiCode::name_invalid},
        {"GET", "/v2/a/tags/list?n=1&n=2", ApiCode::pagination_number_invalid},
        {"GET", "/v2/a/tags/list?n=", ApiCode::pagination_number_invalid},
        {"GET", "/v2/a/tags/list?n=-1", ApiCode::pagination_number_invalid},
        {"GET", "/v2/a/tags/list?n=ten", ApiCode::pagination_number_invalid},
        {"GET", "/v2/a/tags/list?n=1.5", ApiCode::pagination_number_invalid},
        {"GET", "/v2/a/tags/list?n=0x10", ApiCode::pagination_number_invalid},
        {"GET", "/v2/a/tags/list?n=1000000000", ApiCode::pagination_number_invalid},
        {"GET", "/v2/a/tags/list?last=x&last=y", ApiCode::unsupported},
        {"GET", "/v2/a/tags/list?last=%0A", ApiCode::unsupported},
        {"GET", "/v2/a/manifests/b?x?y", ApiCode::unsupported},
        {"GET", "/v2/a/manifests/b?a#b", ApiCode::unsupported},
    }));
    CAPTURE(method, target);
    const auto route = parse_route(method, target);
    REQUIRE_FALSE(route.has_value());
    CHECK(route.error().status == 400);
    CHECK(route.error().code == code);
}

TEST_CASE("An upload session is one plain path segment") {
    CHECK(status("PATCH", "/v2/a/blobs/uploads/" + std::string(2048, 'a')) == 200);
    for (const auto* session : {".", "..", "a%2Fb", "a;b", "a\\b", "a b", "%00", "a$b"}) {
        CAPTURE(session);
        CHECK(status("PATCH", std::string("/v2/a/blobs/uploads/") + session) == 404);
    }
    CHECK(status("PATCH", "/v2/a/blobs/uploads/" + std::string(2049, 'a')) == 404);
    CHECK(status("PATCH", "/v2/a/blobs/upload/a%2Fb") == 404);
    CHECK(status("POST", "/v2/a/blobs/upload/") == 404);
}

TEST_CASE("More than 16 parameters are refused") {
    std::string target = "/v2/a/manifests/b?p=0";
    for (int i = 1; i < 16; ++i) target += "&p" + std::to_string(i) + "=x";
    CHECK(status("GET", target) == 200);
    CHECK(status("GET", target + "&q=x") == 400);
}
