#include "proxy/accept.h"

#include "registry/manifest.h"
#include "test/support/catch.h"

using namespace proxy;

namespace {
http::Headers with(std::initializer_list<const char*> values) {
    http::Headers headers;
    for (const auto* value : values) headers.add("Accept", value);
    return headers;
}
}  // namespace

TEST_CASE("Accept is read over all its lines, without case, without parameters") {
    CHECK(accepts(http::Headers(), registry::kOciManifest));
    CHECK(accepts(with({"*/*"}), registry::kOciIndex));
    CHECK(accepts(with({"text/plain", "application/vnd.oci.image.index.v1+json"}), registry::kOciIndex));
    CHECK(accepts(with({"text/plain, APPLICATION/vnd.oci.image.index.v1+json;q=0.5"}), registry::kOciIndex));
    CHECK(accepts(with({"application/*"}), registry::kDockerManifest));
    CHECK_FALSE(accepts(with({"application/vnd.oci.image.manifest.v1+json"}), registry::kOciIndex));
    CHECK_FALSE(accepts(with({"*/*;q=0"}), registry::kOciIndex));
    CHECK_FALSE(accepts(with({"text/*"}), registry::kOciIndex));
    CHECK_FALSE(accepts(with({""}), registry::kOciIndex));
}

TEST_CASE("a pusher's HEAD names one manifest type and everything; a puller's names several") {
    CHECK(looks_like_a_pusher(with({"application/vnd.oci.image.manifest.v1+json, */*"})));
    // oras, before it pushes.
    CHECK(
        looks_like_a_pusher(with({"application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json, "
                                  "application/vnd.oci.image.index.v1+json, application/vnd.oci.artifact.manifest.v1+json"})));
    CHECK_FALSE(looks_like_a_pusher(with({"*/*"})));
    CHECK_FALSE(looks_like_a_pusher(with({"application/vnd.oci.image.manifest.v1+json"})));
    CHECK_FALSE(looks_like_a_pusher(with({"application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, */*"})));
    CHECK_FALSE(looks_like_a_pusher(http::Headers()));
}
