#include "registry/descriptor.h"

#include "test/support/catch.h"

using namespace registry;

namespace {

const std::string kDigest = base::Digest::sha256_of(base::as_bytes("{}")).to_string();

std::string with(const std::string& more) {
    return R"({"mediaType":"application/vnd.oci.empty.v1+json","digest":")" + kDigest + R"(","size":2)" + (more.empty() ? "" : "," + more) +
           "}";
}

base::Result<Descriptor> read(const std::string& text) {
    auto json = base::json::parse(text);
    if (!json) return std::unexpected(json.error());
    return read_descriptor(base::json::Reader(*json));
}

}  // namespace

TEST_CASE("read_descriptor reads every member") {
    const auto descriptor =
        read(with(R"("artifactType":"a/b","annotations":{"k":"v","l":""},"urls":["https://x"],"data":"e30=",)"
                  R"("platform":{"architecture":"amd64","os":"linux","os.version":"1","os.features":["f"],"variant":"v8","features":[]},)"
                  R"("unknown":{"x":[1,null,true]})"));
    REQUIRE(descriptor.has_value());
    CHECK(descriptor->media_type == "application/vnd.oci.empty.v1+json");
    CHECK(descriptor->digest.to_string() == kDigest);
    CHECK(descriptor->size == 2);
    CHECK(descriptor->artifact_type == "a/b");
    CHECK(descriptor->annotations == Annotations{{"k", "v"}, {"l", ""}});
    CHECK(descriptor->has_urls);
    CHECK_FALSE(read(with(R"("urls":[])"))->has_urls);
}

TEST_CASE("read_descriptor takes sha512 and the largest size") {
    const auto digest = base::Digest::of(base::HashAlgorithm::sha512, {}).to_string();
    const auto descriptor = read(R"({"mediaType":"a/b","digest":")" + digest + R"(","size":9223372036854775807})");
    REQUIRE(descriptor.has_value());
    CHECK(descriptor->digest.to_string() == digest);
    CHECK(descriptor->size == 9223372036854775807U);
}

TEST_CASE("read_descriptor refuses wrong types and values") {
    const std::string media_type = R"("mediaType":"a/b",)";
    const std::string digest = R"("digest":")" + kDigest + R"(",)";
    const auto [name, text] = GENERATE_REF(table<std::string, std::string>({
        {"not an object", "[]"},
        {"string", "\"x\""},
        {"no media type", "{" + digest + R"("size":2})"},
        {"no digest", "{" + media_type + R"("size":2})"},
        {"no size", "{" + media_type + digest + R"("x":1})"},
        {"media type is a number", "{\"mediaType\":1," + digest + R"("size":2})"},
        {"media type is null", "{\"mediaType\":null," + digest + R"("size":2})"},
        {"media type is empty", "{\"mediaType\":\"\"," + digest + R"("size":2})"},
        {"media type with a blank", "{\"mediaType\":\"a/b c\"," + digest + R"("size":2})"},
        {"media type of 256", "{\"mediaType\":\"" + std::string(256, 'a') + "\"," + digest + R"("size":2})"},
        {"digest with a path", "{" + media_type + R"("digest":"sha256:../../v2/other/blobs/x","size":2})"},
        {"digest of another algorithm", "{" + media_type + R"("digest":"md5:d41d8cd98f00b204e9800998ecf8427e","size":2})"},
        {"digest in upper case", "{" + media_type + R"("digest":"sha256:)" + std::string(64, 'A') + R"(","size":2})"},
        {"digest is a number", "{" + media_type + R"("digest":1,"size":2})"},
        {"size is negative", "{" + media_type + digest + R"("size":-1})"},
        {"size is fractional", "{" + media_type + digest + R"("size":2.5})"},
        {"size is 2.0", "{" + media_type + digest + R"("size":2.0})"},
        {"size has an exponent", "{" + media_type + digest + R"("size":2e0})"},
        {"size is a string", "{" + media_type + digest + R"("size":"2"})"},
        {"size is 2^63", "{" + media_type + digest + R"("size":9223372036854775808})"},
        {"size is null", "{" + media_type + digest + R"("size":null})"},
        {"artifact type is a list", with(R"("artifactType":[])")},
        {"annotations are a list", with(R"("annotations":[])")},
        {"annotation is a number", with(R"("annotations":{"k":1})")},
        {"annotation is null", with(R"("annotations":{"k":null})")},
        {"urls are a string", with(R"("urls":"x")")},
        {"url is a number", with(R"("urls":[1])")},
        {"data is not base64", with(R"("data":"!")")},
        {"data is a number", with(R"("data":1)")},
        {"data is other content", with(R"("data":"W10=")")},
        {"data is longer", with(R"("data":"e30K")")},
        {"platform is a string", with(R"("platform":"linux")")},
        {"architecture is a number", with(R"("platform":{"architecture":1})")},
        {"features is a string", with(R"("platform":{"os.features":"f"})")},
        {"digest in another case", R"({"mediaType":"a/b","Digest":")" + kDigest + R"(","size":2})"},
        {"size beside Size", with(R"("Size":3)")},
    }));
    CAPTURE(name);
    CHECK_FALSE(read(text).has_value());
}

TEST_CASE("refuse_folded_names looks into every object") {
    const auto [text, accepted] = GENERATE(table<std::string, bool>({
        {R"({"layers":[],"config":{"digest":"x"}})", true},
        {R"({"Layers":[]})", false},
        {"{\"layer\xC5\xBF\":[]}", false},
        {R"({"a":[[{"b":{"SIZE":1}}]]})", false},
        {R"({"annotations":{"MediaType":"x"}})", false},
        {R"({"platform":{"OS":"linux"}})", false},
        {R"({"annotations":{"org.example.Layers":"x"}})", true},
        {R"({"schemaversion":2})", false},
        {R"({"fslayers":[]})", false},
        {R"({"x":{"Data":1}})", false},
        {R"({"artifacttype":"x"})", false},
        {R"([1,"Layers",null])", true},
    }));
    CAPTURE(text);
    CHECK(refuse_folded_names(base::json::parse(text).value()).has_value() == accepted);
}
