#include "sigstore/simple_signing.h"

#include "test/support/catch.h"
#include "test/unit/sigstore/vectors.h"

using namespace sigstore;
using vectors::replace;

namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');
const std::string kPayload =
    R"({"critical":{"identity":{"docker-reference":"registry.example/team/app"},"image":{"docker-manifest-digest":")" + kDigest +
    R"("},"type":"cosign container image signature"},"optional":null})";

std::string code_of(const std::string& payload) {
    const auto parsed = SimpleSigning::parse(base::as_bytes(payload));
    if (parsed) return "ok";
    UNSCOPED_INFO(parsed.error().text());
    return std::string(to_string(parsed.error().code));
}

}  // namespace

TEST_CASE("a payload names a manifest, and what its signer called the repository") {
    const auto parsed = SimpleSigning::parse(base::as_bytes(kPayload)).value();
    CHECK(parsed.is_about(base::Digest::parse(kDigest).value()));
    CHECK_FALSE(parsed.is_about(base::Digest::sha256_of({})));
    CHECK(parsed.manifest().to_string() == kDigest);
    CHECK(parsed.docker_reference() == "registry.example/team/app");
    CHECK(parsed.annotations().empty());
}

TEST_CASE("optional: texts are annotations, other values are left alone") {
    const auto with = [](const std::string& optional) {
        return SimpleSigning::parse(base::as_bytes(replace(kPayload, R"("optional":null)", R"("optional":)" + optional))).value();
    };
    const auto annotations = with(R"({"env":"prod","timestamp":17,"creator":"x"})").annotations();
    REQUIRE(annotations.size() == 2);
    CHECK(annotations[0].name + "=" + annotations[0].value == "env=prod");
    CHECK(annotations[1].name + "=" + annotations[1].value == "creator=x");
    CHECK(with("{}").annotations().empty());
    CHECK(code_of(replace(kPayload, R"(,"optional":null)", "")) == "ok");
    CHECK(code_of(replace(kPayload, R"("optional":null)", R"("optional":null,"more":{})")) == "ok");
}

TEST_CASE("64 KiB are the most") {
    const auto padded = [](std::size_t size) { return kPayload + std::string(size - kPayload.size(), ' '); };
    CHECK(code_of(padded(kMaxSimpleSigning)) == "ok");
    CHECK(code_of(padded(kMaxSimpleSigning + 1)) == "limits");
}

TEST_CASE("payloads that another reader could read otherwise are refused") {
    const auto [name, payload, expected] = GENERATE(table<std::string, std::string, std::string>({
        {"as it is", kPayload, "ok"},
        {"not JSON", "{", "malformed"},
        {"an array", "[]", "malformed"},
        {"bytes behind it", kPayload + "x", "malformed"},
        {"no critical part", replace(kPayload, R"("critical")", R"("Critical")"), "malformed"},
        {"a member twice", replace(kPayload, R"("type":)", R"("type":"x","type":)"), "malformed"},
        {"the digest twice", replace(kPayload, R"("docker-manifest-digest":)", R"("docker-manifest-digest":"x","docker-manifest-digest":)"),
         "malformed"},
        {"a member in another case", replace(kPayload, "docker-manifest-digest", "Docker-manifest-digest"), "malformed"},
        {"an unknown critical member", replace(kPayload, R"("type":)", R"("more":1,"type":)"), "malformed"},
        {"an unknown member of the image", replace(kPayload, R"("image":{)", R"("image":{"more":1,)"), "malformed"},
        {"an unknown member of the identity", replace(kPayload, R"("identity":{)", R"("identity":{"more":1,)"), "malformed"},
        {"another type", replace(kPayload, "cosign container image signature", "atomic container signature"), "unsupported"},
        {"no type", replace(kPayload, R"(,"type":"cosign container image signature")", ""), "malformed"},
        {"a digest without algorithm", replace(kPayload, "sha256:", ""), "malformed"},
        {"a digest in capital letters", replace(kPayload, std::string(64, 'a'), std::string(64, 'A')), "malformed"},
        {"no identity", replace(kPayload, R"("identity":{"docker-reference":"registry.example/team/app"},)", ""), "malformed"},
        {"optional that is a list", replace(kPayload, "null", "[]"), "malformed"},
        {"too large", replace(kPayload, "null", "{\"a\":\"" + std::string(kMaxSimpleSigning, 'x') + "\"}"), "limits"},
    }));
    CAPTURE(name);
    CHECK(code_of(payload) == expected);
}
