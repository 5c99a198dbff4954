#include "sigstore/transparency_log.h"

#include "test/support/catch.h"
#include "test/unit/sigstore/makers.h"
#include "test/unit/sigstore/vectors.h"

using namespace sigstore;

namespace {

TransparencyLog log_of(const std::string& json) {
    return vectors::root(makers::root_json({.logs = {json}, .certificate_logs = {}, .authorities = {}, .timestamp_authorities = {}}))
        .logs()
        .front();
}

}  // namespace

TEST_CASE("the host of the base URL is the log's name") {
    const auto [url, host] = GENERATE(table<std::string, std::string>({
        {"https://rekor.sigstore.dev", "rekor.sigstore.dev"},
        {"https://rekor.sigstore.dev:8443/api/v1", "rekor.sigstore.dev"},
        {"http://localhost:8000", "localhost"},
        {"https://ctfe.sigstore.dev/2022", "ctfe.sigstore.dev"},
        {"log.example.com", "log.example.com"},
        {"log.example.com/x", "log.example.com"},
    }));
    CHECK(log_of(makers::ecdsa_log_json(makers::key(), url)).host == host);
}

TEST_CASE("ids: ECDSA by its key, Ed25519 and RSA by name and key") {
    const auto ecdsa = makers::key();
    const auto v1 = log_of(makers::ecdsa_log_json(ecdsa));
    CHECK(v1.note_id("any") == base::sha256(ecdsa.spki()));
    CHECK_FALSE(v1.is_v2_only());

    const auto v2 = log_of(makers::ed25519_log_json(makers::key("ed25519"), "log.example"));
    CHECK(v2.note_id("log.example") == v2.id);
    CHECK(v2.note_id("other.example") != v2.id);
    CHECK(v2.is_v2_only());

    const auto rsa_key = makers::key("rsa2048");
    const auto rsa = log_of(makers::log_json(rsa_key.spki(), "PKIX_RSA_PKCS1V15_2048_SHA256", base::sha256(rsa_key.spki())));
    CHECK(rsa.note_id("log.example") != rsa.note_id("other.example"));
    CHECK_FALSE(rsa.is_v2_only());
}

TEST_CASE("a log writes version 2 only if its key is Ed25519 or its id covers a name") {
    const auto id = [](const makers::Key& key) { return base::sha256(key.spki()); };
    const auto ed25519 = makers::key("ed25519");
    CHECK(log_of(makers::log_json(ed25519.spki(), "PKIX_ED25519", id(ed25519))).is_v2_only());
    const auto ecdsa = makers::key();
    CHECK_FALSE(log_of(makers::log_json(ecdsa.spki(), "PKIX_ECDSA_P256_SHA_256", id(ecdsa))).is_v2_only());
    CHECK(log_of(makers::log_json(ecdsa.spki(), "PKIX_ECDSA_P256_SHA_256", base::Bytes(32, 7))).is_v2_only());
}

TEST_CASE("key types with which no log signs are left out of the root") {
    const auto rsa = makers::key("rsa2048");
    const auto ed25519 = makers::key("ed25519");
    const auto read = [](const std::string& json) {
        return vectors::root(makers::root_json({.logs = {json}, .certificate_logs = {}, .authorities = {}, .timestamp_authorities = {}}));
    };
    for (const auto& json : {makers::log_json(rsa.spki(), "PKIX_RSA_PSS_2048_SHA256", base::sha256(rsa.spki())),
                             makers::log_json(ed25519.spki(), "PKIX_ED25519_PH", base::sha256(ed25519.spki()))}) {
        CHECK(read(json).logs().empty());
        CHECK(read(json).warnings().size() == 1);
    }
}

TEST_CASE("public logs: the ids of the stack's Rekor v2 and of its CT log can be computed again") {
    const auto root = vectors::image_root();
    for (const auto& log : root.logs()) CHECK(log.note_id(log.host) == log.id);
    for (const auto& log : root.certificate_logs()) CHECK(base::sha256(log.key.spki()) == log.id);
}

TEST_CASE("logs of one operator are one witness") {
    const auto with_operator = [](const std::string& url) {
        return log_of(vectors::replace(makers::ecdsa_log_json(makers::key(), url), R"("hashAlgorithm")",
                                       R"("operator":"sigstore.dev","hashAlgorithm")"));
    };
    CHECK(with_operator("https://a").counting_key() == with_operator("https://b").counting_key());
    CHECK(log_of(makers::ecdsa_log_json(makers::key())).counting_key() != log_of(makers::ecdsa_log_json(makers::key())).counting_key());
}
