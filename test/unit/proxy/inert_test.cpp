#include "proxy/inert.h"

#include "test/support/catch.h"

using namespace proxy;

namespace {

const std::string kHex(64, 'a');
const std::string kEmptyConfig =
    R"({"mediaType":"application/vnd.oci.empty.v1+json","size":2,"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"})";
const std::string kLayer = R"({"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","size":5000,"digest":"sha256:)" + kHex + "\"}";
const std::string kSubject =
    R"(,"subject":{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":900,"digest":"sha256:)" + kHex + "\"}";
const std::string kBundleArtifact = R"("artifactType":"application/vnd.dev.sigstore.bundle.v0.3+json",)";

registry::Manifest image(const std::string& artifact_type, const std::string& config, const std::string& layers, const std::string& rest) {
    const auto json = R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",)" + artifact_type +
                      "\"config\":" + config + ",\"layers\":[" + layers + "]" + rest + "}";
    return registry::Manifest::parse(registry::kOciManifest, base::to_bytes(json)).value();
}

registry::Reference tag(const std::string& text) { return registry::Reference(registry::Tag::parse(text).value()); }

}  // namespace

TEST_CASE("rule S, structure: what cosign writes has the shape of a bundle artifact") {
    CHECK(has_shape_of_bundle_artifact(image(kBundleArtifact, kEmptyConfig, kLayer, kSubject)));
}

TEST_CASE("rule S, structure: anything a runtime might run does not") {
    const std::string image_config = R"({"mediaType":"application/vnd.oci.image.config.v1+json","size":2,"digest":"sha256:)" + kHex + "\"}";
    const std::string other_empty = R"({"mediaType":"application/vnd.oci.empty.v1+json","size":2,"digest":"sha256:)" + kHex + "\"}";
    const std::string tar_layer = R"({"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","size":5,"digest":"sha256:)" + kHex + "\"}";
    const std::string huge_layer =
        R"({"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","size":5000000,"digest":"sha256:)" + kHex + "\"}";
    const std::string far_layer =
        R"({"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","size":5,"urls":["https://x"],"digest":"sha256:)" + kHex + "\"}";
    CHECK_FALSE(has_shape_of_bundle_artifact(image(kBundleArtifact, image_config, kLayer, kSubject)));
    CHECK_FALSE(has_shape_of_bundle_artifact(image(kBundleArtifact, other_empty, kLayer, kSubject)));
    CHECK_FALSE(has_shape_of_bundle_artifact(image(kBundleArtifact, kEmptyConfig, tar_layer, kSubject)));
    CHECK_FALSE(has_shape_of_bundle_artifact(image(kBundleArtifact, kEmptyConfig, kLayer + "," + tar_layer, kSubject)));
    CHECK_FALSE(has_shape_of_bundle_artifact(image(kBundleArtifact, kEmptyConfig, huge_layer, kSubject)));
    CHECK_FALSE(has_shape_of_bundle_artifact(image(kBundleArtifact, kEmptyConfig, far_layer, kSubject)));
    CHECK_FALSE(has_shape_of_bundle_artifact(image(kBundleArtifact, kEmptyConfig, "", kSubject)));
    CHECK_FALSE(has_shape_of_bundle_artifact(image(kBundleArtifact, kEmptyConfig, kLayer, "")));
    CHECK_FALSE(has_shape_of_bundle_artifact(image("", kEmptyConfig, kLayer, kSubject)));
}

TEST_CASE("rule X: only an OCI index under its own fallback tag is a list") {
    const auto index = registry::Manifest::parse(
                           registry::kOciIndex,
                           base::to_bytes(R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]})"))
                           .value();
    CHECK(is_fallback_index(tag("sha256-" + kHex), index));
    CHECK_FALSE(is_fallback_index(tag("sha256-" + kHex + ".sig"), index));
    CHECK_FALSE(is_fallback_index(tag("sha256-" + std::string(64, 'A')), index));
    CHECK_FALSE(is_fallback_index(tag("v1"), index));
    CHECK_FALSE(is_fallback_index(registry::Reference(index.digest()), index));
    CHECK_FALSE(is_fallback_index(tag("sha256-" + kHex), image(kBundleArtifact, kEmptyConfig, kLayer, kSubject)));
}

TEST_CASE("whatever some client could take for a manifest reads as one") {
    const auto [text, manifest] = GENERATE(table<std::string, bool>({
        {R"({"schemaVersion":2})", true},
        {R"({"SCHEMAVERSION":2})", true},
        {R"({"layer\u017f":[]})", true},
        {R"({"manifests":[]})", true},
        {R"({"fsLayers":[]})", true},
        {"  \n\t{\"layers\":[]}", true},
        {"\xEF\xBB\xBF{\"layers\":[]}", true},
        {"{\"layers\":[],\"x\":\"\xFF\"}", true},   // Go replaces invalid UTF-8 and goes on
        {R"({"a":1,"a":2,"layers":[]})", true},
        {"{not json", true},
        {R"({"architecture":"amd64","config":{},"rootfs":{"type":"layers"}})", false},
        {R"({"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"})", false},
        {"[]", false},
        {"", false},
        {"\x1F\x8B gzip", false},
        {"plain text", false},
    }));
    CAPTURE(text);
    CHECK(reads_as_manifest(base::as_bytes(text)) == manifest);
}
