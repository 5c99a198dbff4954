#include "registry/manifest.h"

#include <malloc.h>

#include "test/support/catch.h"
#include "test/unit/registry/error_code.h"

using namespace registry;

namespace {

std::string descriptor(const std::string& media_type, const std::string& content = "{}") {
    return R"({"mediaType":")" + media_type + R"(","digest":")" + base::Digest::sha256_of(base::as_bytes(content)).to_string() +
           R"(","size":)" + std::to_string(content.size()) + "}";
}

const std::string kConfig = descriptor("application/vnd.oci.image.config.v1+json");
const std::string kEmptyConfig = descriptor("application/vnd.oci.empty.v1+json");
const std::string kLayer = descriptor("application/vnd.oci.image.layer.v1.tar+gzip", "layer");
const std::string kChild = descriptor(std::string(kOciManifest), "child");

std::string image(const std::string& more = {}) {
    return R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":)" + kConfig + R"(,"layers":[)" +
           kLayer + "]" + (more.empty() ? "" : "," + more) + "}";
}
std::string index(const std::string& more = {}) {
    return R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[)" + kChild + "]" +
           (more.empty() ? "" : "," + more) + "}";
}

base::Result<Manifest> parse(std::string_view type, const std::string& text) { return Manifest::parse(type, base::to_bytes(text)); }

}  // namespace

TEST_CASE("An image manifest is read whole") {
    const auto text = image(R"("subject":)" + kChild + R"(,"artifactType":"a/b","annotations":{"k":"v"},"vendor":{"x":1})");
    const auto manifest = parse(kOciManifest, text);
    REQUIRE(manifest.has_value());
    CHECK(manifest->digest() == base::Digest::sha256_of(base::as_bytes(text)));
    CHECK(base::as_text(manifest->raw()) == text);
    CHECK(manifest->media_type() == kOciManifest);
    CHECK(manifest->kind() == ManifestKind::image);
    CHECK(manifest->config()->media_type == "application/vnd.oci.image.config.v1+json");
    REQUIRE(manifest->layers().size() == 1);
    CHECK(manifest->layers()[0].digest == base::Digest::sha256_of(base::as_bytes("layer")));
    CHECK(manifest->children().empty());
    CHECK(manifest->subject()->media_type == kOciManifest);
    CHECK(manifest->artifact_type() == "a/b");
    CHECK(manifest->annotations() == Annotations{{"k", "v"}});
}

TEST_CASE("An index is read whole") {
    const auto manifest = parse(kOciIndex, index());
    REQUIRE(manifest.has_value());
    CHECK(manifest->kind() == ManifestKind::index);
    CHECK_FALSE(manifest->config().has_value());
    CHECK(manifest->layers().empty());
    REQUIRE(manifest->children().size() == 1);
    CHECK_FALSE(manifest->subject().has_value());
    CHECK(manifest->artifact_type().empty());
}

TEST_CASE("The four types are accepted, the OCI ones without their own mediaType too") {
    const auto [type, text] = GENERATE_COPY(table<std::string_view, std::string>({
        {kOciManifest, R"({"schemaVersion":2,"config":)" + kConfig + R"(,"layers":[]})"},
        {kOciIndex, R"({"schemaVersion":2,"manifests":[]})"},
        {kDockerManifest, R"({"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":)" + kConfig +
                              R"(,"layers":[]})"},
        {kDockerManifestList,
         R"({"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json","manifests":[]})"},
        {kOciManifest, "\n " + image() + "\r\n\t "},
        {kOciManifest, image(R"("subject":null,"annotations":null)")},
    }));
    CAPTURE(type, text);
    CHECK(parse(type, text).has_value());
}

TEST_CASE("The content type must be one of four and agree with the body") {
    const auto [name, type, text] = GENERATE(table<std::string, std::string, std::string>({
        {"index as image", std::string(kOciManifest), index()},
        {"image as index", std::string(kOciIndex), image()},
        {"image as docker image", std::string(kDockerManifest), image()},
        {"with a parameter", std::string(kOciManifest) + "; charset=utf-8", image()},
        {"in upper case", "Application/vnd.oci.image.manifest.v1+json", image()},
        {"with a blank", std::string(kOciManifest) + " ", image()},
        {"empty", "", image()},
        {"json", "application/json", image()},
        {"octets", "application/octet-stream", image()},
        {"schema 1", "application/vnd.docker.distribution.manifest.v1+json", image()},
        {"signed schema 1", "application/vnd.docker.distribution.manifest.v1+prettyjws", image()},
        {"artifact manifest", "application/vnd.oci.artifact.manifest.v1+json", image()},
        {"docker image without mediaType", std::string(kDockerManifest), R"({"schemaVersion":2,"config":)" + kConfig + R"(,"layers":[]})"},
        {"docker list without mediaType", std::string(kDockerManifestList), R"({"schemaVersion":2,"manifests":[]})"},
        {"image without mediaType as index", std::string(kOciIndex), R"({"schemaVersion":2,"config":)" + kConfig + R"(,"layers":[]})"},
    }));
    CAPTURE(name);
    CHECK_FALSE(parse(type, text).has_value());
}

// Row by row the table of oci-proxying 2.7: what a parser of exact names sees and what Go clients run are two things.
TEST_CASE("Documents that Go clients read differently are refused") {
    const std::string benign = R"("layers":[])";
    const std::string head = R"({"schemaVersion":2,"config":)" + kConfig + ",";
    const std::string real = "[" + kLayer + "]";
    const std::string folded_type =
        R"({"mediaType":"application/vnd.oci.empty.v1+json","MediaType":"application/vnd.oci.image.config.v1+json",)" +
        kConfig.substr(kConfig.find("\"digest\""));
    const auto [name, text] = GENERATE_REF(table<std::string, std::string>({
        {"layers and Layers", head + benign + R"(,"Layers":)" + real + "}"},
        {"layers and layer with a long s", head + benign + ",\"layer\xC5\xBF\":" + real + "}"},
        {"config and CONFIG", R"({"schemaVersion":2,"config":)" + kEmptyConfig + R"(,"CONFIG":)" + kConfig + "," + benign + "}"},
        {"mediaType and MediaType in config", R"({"schemaVersion":2,"config":)" + folded_type + "," + benign + "}"},
        {"Layers and layers", head + R"("Layers":)" + real + "," + benign + "}"},
        {"layers twice", head + benign + R"(,"layers":)" + real + "}"},
        {"only Layers", head + R"("Layers":)" + real + "}"},
        {"Layers beside layers in escapes", head + benign + R"(,"\u004cayers":)" + real + "}"},
        {"a byte after the end", image() + "x"},
        {"a NUL after the end", image() + std::string(1, '\0')},
        {"a second document", image() + image()},
        {"a byte order mark", "\xEF\xBB\xBF" + image()},
        {"manifests beside config and layers", image(R"("manifests":[])")},
    }));
    CAPTURE(name);
    CHECK_FALSE(parse(kOciManifest, text).has_value());
}

// CVE-2021-41190: every illegal pair, under both readings, even where the value is null.
TEST_CASE("A document that mixes kinds is refused") {
    const std::string member = GENERATE(as<std::string>(), "fsLayers", "history", "blobs", "manifests");
    CAPTURE(member);
    CHECK_FALSE(parse(kOciManifest, image("\"" + member + "\":[]")).has_value());
    CHECK_FALSE(parse(kOciManifest, image("\"" + member + "\":null")).has_value());
    const std::string other = member == "manifests" ? "layers" : member;
    CHECK_FALSE(parse(kOciIndex, index("\"" + other + "\":[]")).has_value());
    CHECK_FALSE(parse(kOciIndex, index("\"" + other + "\":null")).has_value());
    CHECK_FALSE(parse(kOciIndex, index(R"("config":)" + kConfig)).has_value());
}

TEST_CASE("Wrong types and values are refused") {
    const std::string config = R"("config":)" + kConfig;
    const auto [name, text] = GENERATE_REF(table<std::string, std::string>({
        {"empty", ""},
        {"a list", "[]"},
        {"null", "null"},
        {"not UTF-8", image("\"x\":\"\xFF\"")},
        {"cut", image().substr(0, 100)},
        {"no schemaVersion", "{" + config + R"(,"layers":[]})"},
        {"schemaVersion 1", R"({"schemaVersion":1,)" + config + R"(,"layers":[]})"},
        {"schemaVersion 2.0", R"({"schemaVersion":2.0,)" + config + R"(,"layers":[]})"},
        {"schemaVersion as text", R"({"schemaVersion":"2",)" + config + R"(,"layers":[]})"},
        {"no config", R"({"schemaVersion":2,"layers":[]})"},
        {"config is null", R"({"schemaVersion":2,"config":null,"layers":[]})"},
        {"config is a list", R"({"schemaVersion":2,"config":[],"layers":[]})"},
        {"no layers", R"({"schemaVersion":2,)" + config + "}"},
        {"layers is null", R"({"schemaVersion":2,)" + config + R"(,"layers":null})"},
        {"layers is an object", R"({"schemaVersion":2,)" + config + R"(,"layers":{}})"},
        {"a layer is text", R"({"schemaVersion":2,)" + config + R"(,"layers":["x"]})"},
        {"a layer is null", R"({"schemaVersion":2,)" + config + R"(,"layers":[null]})"},
        {"mediaType is a number", R"({"schemaVersion":2,"mediaType":2,)" + config + R"(,"layers":[]})"},
        {"subject is text", image(R"("subject":"x")")},
        {"subject is empty", image(R"("subject":{})")},
        {"artifactType is a number", image(R"("artifactType":1)")},
        {"annotations is a list", image(R"("annotations":[])")},
        {"annotation is a number", image(R"("annotations":{"k":1})")},
        {"a folded name deep inside", image(R"("x":[{"y":{"Digest":""}}])")},
    }));
    CAPTURE(name);
    REQUIRE_FALSE(parse(kOciManifest, text).has_value());
    CHECK(test::code_of(parse(kOciManifest, text)) == base::ErrorCode::invalid_input);
}

TEST_CASE("Size and depth are bounded") {
    const auto padding = std::string(kManifestLimit - image().size(), ' ');
    CHECK(parse(kOciManifest, image() + padding).has_value());
    CHECK(test::code_of(parse(kOciManifest, image() + padding + " ")) == base::ErrorCode::too_large);
    CHECK(parse(kOciManifest, image("\"x\":" + std::string(62, '[') + std::string(62, ']'))).has_value());
    CHECK_FALSE(parse(kOciManifest, image("\"x\":" + std::string(64, '[') + std::string(64, ']'))).has_value());
}

#if defined(__GLIBC__) && !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
TEST_CASE("A manifest knows how much memory it holds") {
    std::string annotations = R"("annotations":{)";
    for (int i = 0; i < 9'000; ++i) annotations += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":\"\"";
    annotations += "}";
    std::string children = R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[)";
    for (int i = 0; i < 5'000; ++i) {
        auto child = descriptor(std::string(kOciManifest), std::to_string(i));
        child.insert(child.size() - 1, R"(,"annotations":{"a":"long enough to stand somewhere else"})");
        children += (i > 0 ? "," : "") + child;
    }
    const std::vector<std::string> documents{index(annotations), index(R"("annotations":{"a":")" + std::string(1'000'000, 'x') + "\"}"),
                                             children + "]}"};
    for (const auto& document : documents) {
        auto raw = base::to_bytes(document);
        const auto before = ::mallinfo2().uordblks + ::mallinfo2().hblkhd - raw.capacity();
        const auto manifest = Manifest::parse(kOciIndex, std::move(raw)).value();
        const auto grown = ::mallinfo2().uordblks + ::mallinfo2().hblkhd - before;
        CAPTURE(document.size(), grown, manifest.memory());
        CHECK(manifest.memory() * 10 > grown * 9);
        CHECK(manifest.memory() * 10 < grown * 12);
    }
}
#endif
