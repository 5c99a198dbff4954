#include "sigstore/trusted_root.h"

#include "test/support/catch.h"
#include "test/unit/sigstore/makers.h"
#include "test/unit/sigstore/vectors.h"

using namespace sigstore;
using vectors::edit;
using vectors::replace;

namespace {

std::string code_of(std::string_view json) {
    const auto parsed = TrustedRoot::parse(base::as_bytes(json));
    if (parsed) return "parsed";
    UNSCOPED_INFO(parsed.error().text());
    return std::string(to_string(parsed.error().code));
}

std::string small_root() {
    const makers::Ca ca;
    return makers::root_json({.logs = {makers::ecdsa_log_json(makers::key())},
                              .certificate_logs = {makers::ecdsa_log_json(makers::key())},
                              .authorities = {makers::authority_json(ca.chain())},
                              .timestamp_authorities = {}});
}

}  // namespace

TEST_CASE("the root of the real stack is read whole, and its version names its content") {
    const auto text = vectors::image_root_text();
    const auto root = vectors::root(text);
    CHECK(root.version() == base::hex_encode(base::sha256(base::as_bytes(text))));
    CHECK(root.logs().size() == 2);
    CHECK(root.certificate_logs().size() == 1);
    CHECK(root.certificate_authorities().size() == 1);
    CHECK(root.timestamp_authorities().size() == 1);
    CHECK(root.warnings().empty());
    REQUIRE(root.find_log(root.logs()[1].id) == &root.logs()[1]);
    CHECK(root.find_log({}) == nullptr);
    CHECK(root.find_certificate_log(root.certificate_logs()[0].id) == root.certificate_logs().data());
    CHECK(root.find_certificate_log(root.logs()[0].id) == nullptr);
    CHECK(vectors::root(text + "\n").version() != root.version());
}

TEST_CASE("three media types are trusted roots, and newer members are tolerated") {
    const auto json = small_root();
    const auto [type, expected] = GENERATE(table<std::string, std::string>({
        {"application/vnd.dev.sigstore.trustedroot+json;version=0.1", "parsed"},
        {"application/vnd.dev.sigstore.trustedroot.v0.1+json", "parsed"},
        {"application/vnd.dev.sigstore.trustedroot.v0.2+json", "parsed"},
        {"application/vnd.dev.sigstore.trustedroot.v0.3+json", "unsupported"},
        {"application/vnd.dev.sigstore.bundle.v0.3+json", "unsupported"},
    }));
    CHECK(code_of(edit(json, "mediaType", [&](const std::string&) { return type; })) == expected);
    CHECK(code_of(replace(json, R"("baseUrl")", R"("somethingNew":{"a":1},"operator":null,"baseUrl")")) == "parsed");
}

TEST_CASE("a root with a fault is no root") {
    const auto json = small_root();
    const auto key = makers::key();
    const auto log = makers::ecdsa_log_json(key);
    const auto with_log = [](const std::string& text) {
        return makers::root_json({.logs = {text}, .certificate_logs = {}, .authorities = {}, .timestamp_authorities = {}});
    };
    const auto [name, text, expected] = GENERATE_COPY(table<std::string, std::string, std::string>({
        {"empty", "", "trust_root"},
        {"not JSON", "{", "trust_root"},
        {"a member twice", replace(json, R"("tlogs":)", R"("tlogs":[],"tlogs":)"), "trust_root"},
        {"too large", std::string(5 * 1024 * 1024, ' '), "limits"},
        {"log without the start of its window", with_log(replace(log, R"({"start":"1970-01-01T00:00:00Z"})", "{}")), "trust_root"},
        {"log without a window", with_log(replace(log, R"("validFor")", R"("validForr")")), "trust_root"},
        {"window that ends before it starts",
         with_log(replace(log, R"({"start":"1970-01-01T00:00:00Z"})", R"({"start":"2026-01-01T00:00:00Z","end":"2025-01-01T00:00:00Z"})")),
         "trust_root"},
        {"log key that does not parse", with_log(edit(log, "rawBytes", [](const std::string&) { return "AAAA"; })), "trust_root"},
        {"log key of another type than it says", with_log(replace(log, "PKIX_ECDSA_P256_SHA_256", "PKIX_ED25519")), "trust_root"},
        {"log with another hash", with_log(replace(log, "SHA2_256", "SHA2_512")), "trust_root"},
        {"log id of 31 bytes", with_log(edit(log, "keyId", [](const std::string&) { return base::base64_encode(base::Bytes(31)); })),
         "trust_root"},
        {"log without URL", with_log(edit(log, "baseUrl", [](const std::string&) { return ""; })), "trust_root"},
        {"two logs with one id", with_log(log + "," + log), "trust_root"},
        {"CA without certificates",
         makers::root_json({.logs = {}, .certificate_logs = {}, .authorities = {makers::authority_json({})}, .timestamp_authorities = {}}),
         "trust_root"},
        {"TSA without certificates",
         makers::root_json({.logs = {}, .certificate_logs = {}, .authorities = {}, .timestamp_authorities = {makers::authority_json({})}}),
         "trust_root"},
        {"CA certificate cut off",
         makers::root_json({.logs = {},
                            .certificate_logs = {},
                            .authorities = {makers::authority_json({base::Bytes{0x30}})},
                            .timestamp_authorities = {}}),
         "trust_root"},
        {"odd time", replace(json, "1970-01-01T00:00:00Z", "1970-01-01"), "trust_root"},
    }));
    CAPTURE(name);
    CHECK(code_of(text) == expected);
}

TEST_CASE("4 MiB are the most") {
    const auto json = small_root();
    CHECK(code_of(json + std::string(4 * 1024 * 1024 - json.size(), ' ')) == "parsed");
    const auto larger = TrustedRoot::parse(base::as_bytes(json + std::string(4 * 1024 * 1024 + 1 - json.size(), ' ')));
    REQUIRE_FALSE(larger);
    CHECK(larger.error().code == FailureCode::limits);
    CHECK(larger.error().expected == "a trusted root of at most 4 MiB");
}

TEST_CASE("an RSA log under the id of its key alone needs no warning") {
    const auto rsa = makers::key("rsa2048");
    const auto log = makers::log_json(rsa.spki(), "PKIX_RSA_PKCS1V15_2048_SHA256", base::sha256(rsa.spki()));
    CHECK(vectors::root(makers::root_json({.logs = {log}, .certificate_logs = {}, .authorities = {}, .timestamp_authorities = {}}))
              .warnings()
              .empty());
}

TEST_CASE("more than 64 of a kind are refused") {
    std::string many = "1";
    for (int i = 0; i < 64; ++i) many += ",1";
    const auto kind = GENERATE(as<std::string>(), "tlogs", "ctlogs", "certificateAuthorities", "timestampAuthorities");
    CHECK(code_of(R"({"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1",")" + kind + "\":[" + many + "]}") ==
          "limits");
}

TEST_CASE("a log with an unknown key type is left out and told, one under a foreign id is told") {
    const auto key = makers::key();
    const auto unknown = replace(makers::ecdsa_log_json(key), "PKIX_ECDSA_P256_SHA_256", "ML_DSA_65");
    const auto foreign = makers::log_json(key.spki(), "PKIX_ECDSA_P256_SHA_256", base::Bytes(32, 9));
    const auto root = vectors::root(
        makers::root_json({.logs = {unknown, foreign}, .certificate_logs = {}, .authorities = {}, .timestamp_authorities = {}}));
    CHECK(root.logs().size() == 1);
    REQUIRE(root.warnings().size() == 2);
    CHECK(root.warnings()[0].starts_with("tlogs[0]"));
    CHECK(root.warnings()[1].starts_with("tlogs[1]"));
}
