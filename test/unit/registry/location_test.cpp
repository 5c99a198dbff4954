#include "registry/location.h"

#include "test/support/catch.h"

using namespace registry;

namespace {
const Url kRequest = parse_url("https://r.example/v2/a/b/blobs/uploads/").value();
const RepositoryName kRepository = RepositoryName::parse("a/b").value();
}  // namespace

TEST_CASE("An upload's Location becomes the gate's, query byte for byte") {
    const auto [location, expected] = GENERATE(table<std::string, std::string>({
        {"https://r.example/v2/a/b/blobs/uploads/id?_state=x%2By==&z", "https://gate.example/v2/r/a/b/blobs/uploads/id?_state=x%2By==&z"},
        {"https://r.example:443/v2/a/b/blobs/uploads/id", "https://gate.example/v2/r/a/b/blobs/uploads/id"},
        {"/v2/a/b/blobs/uploads/id?b=1&a=2", "https://gate.example/v2/r/a/b/blobs/uploads/id?b=1&a=2"},
        {"id?x", "https://gate.example/v2/r/a/b/blobs/uploads/id?x"},
        {"//r.example/v2/a/b/blobs/uploads/id", "https://gate.example/v2/r/a/b/blobs/uploads/id"},
        {"HTTPS://R.EXAMPLE/v2/a/b/blobs/uploads/id", "https://gate.example/v2/r/a/b/blobs/uploads/id"},
        {"/v2/a/b/blobs/upload/6c1f-9", "https://gate.example/v2/r/a/b/blobs/upload/6c1f-9"},
        {"https://r.example/v2/a/b/blobs/upload/id?x=y", "https://gate.example/v2/r/a/b/blobs/upload/id?x=y"},
    }));
    CAPTURE(location);
    const auto upload = parse_upload_location(kRequest, location, kRepository);
    REQUIRE(upload.has_value());
    CHECK(PublicBase("https://gate.example", "r/a/b").upload(*upload) == expected);
}

TEST_CASE("The way back is the upstream's own path, uploads/ or upload/") {
    const std::string path =
        GENERATE(as<std::string>(), "/v2/a/b/blobs/uploads/id?_state=x%2By==", "/v2/a/b/blobs/upload/id?_state=x%2By==");
    CHECK(canonical_target(parse_upload_location(kRequest, path, kRepository).value()) == path);
}

TEST_CASE("A Location that leads elsewhere is refused") {
    const auto [name, location] = GENERATE(table<std::string, std::string>({
        {"object store", "https://store.example/bucket?signature=secret"},
        {"inside address", "http://10.0.0.5/admin"},
        {"other port", "https://r.example:8443/v2/a/b/blobs/uploads/id"},
        {"other scheme", "http://r.example/v2/a/b/blobs/uploads/id"},
        {"other repository", "/v2/a/c/blobs/uploads/id"},
        {"other path", "/upload/id"},
        {"manifest", "/v2/a/b/manifests/x"},
        {"no session", "/v2/a/b/blobs/uploads/"},
        {"no session in upload/", "/v2/a/b/blobs/upload/"},
        {"another collection", "/v2/a/b/blobs/uploaded/id"},
        {"dot segments", "/v2/a/b/blobs/uploads/../../manifests/x"},
        {"escaped slash", "/v2/a/b/blobs/uploads/x%2Fy"},
        {"user", "https://u@r.example/v2/a/b/blobs/uploads/id"},
        {"empty", ""},
        {"not a URL", "https://"},
        {"blob", "/v2/a/b/blobs/x"},
        {"other scheme of URL", "ftp://r.example/v2/a/b/blobs/uploads/id"},
    }));
    CAPTURE(name);
    const auto upload = parse_upload_location(kRequest, location, kRepository);
    REQUIRE_FALSE(upload.has_value());
    CHECK(upload.error().message().find("secret") == std::string::npos);
}

TEST_CASE("PublicBase names blobs, manifests and listings as the client does") {
    const PublicBase client("http://127.0.0.1:5000", "hub/library/nginx");
    const auto digest = base::Digest::sha256_of({});
    CHECK(client.blob(digest) == "http://127.0.0.1:5000/v2/hub/library/nginx/blobs/" + digest.to_string());
    CHECK(client.manifest(Reference(Tag::parse("v1").value())) == "http://127.0.0.1:5000/v2/hub/library/nginx/manifests/v1");
    CHECK(client.tags(TagsRoute{kRepository, ""}) == "http://127.0.0.1:5000/v2/hub/library/nginx/tags/list");
}
