#include "sigstore/key_details.h"

#include "test/support/catch.h"
#include "test/unit/sigstore/makers.h"

using namespace sigstore;

TEST_CASE("a key is read as the type that is said, and only as that") {
    const auto [name, kind, other] = GENERATE(table<std::string, std::string, std::string>({
        {"PKIX_ECDSA_P256_SHA_256", "P-256", "P-384"},
        {"PKIX_ECDSA_P256_HMAC_SHA_256", "P-256", "ed25519"},
        {"PKIX_ECDSA_P384_SHA_384", "P-384", "P-256"},
        {"PKIX_ECDSA_P521_SHA_512", "P-521", "P-384"},
        {"PKIX_ED25519", "ed25519", "P-256"},
        {"PKIX_ED25519_PH", "ed25519", "rsa2048"},
        {"PKIX_RSA_PKCS1V5", "rsa2560", "P-256"},
        {"PKIX_RSA_PKCS1V15_2048_SHA256", "rsa2048", "rsa3072"},
        {"PKIX_RSA_PKCS1V15_3072_SHA256", "rsa3072", "rsa2048"},
        {"PKIX_RSA_PKCS1V15_4096_SHA256", "rsa4096", "rsa2048"},
        {"PKIX_RSA_PSS", "rsa2048", "P-256"},
        {"PKIX_RSA_PSS_2048_SHA256", "rsa2048", "rsa3072"},
        {"PKIX_RSA_PSS_3072_SHA256", "rsa3072", "rsa2048"},
        {"PKIX_RSA_PSS_4096_SHA256", "rsa4096", "rsa2048"},
    }));
    CAPTURE(name);
    const auto* const details = find_key_details(name);
    REQUIRE(details != nullptr);
    CHECK(details->name == name);
    CHECK((details->padding == RsaPadding::pss) == name.contains("PSS"));
    CHECK(read_key(makers::key(kind).spki(), *details, "here"));
    const auto wrong = read_key(makers::key(other).spki(), *details, "here");
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().code == FailureCode::trust_root);
    CHECK(wrong.error().where == "here");
}

TEST_CASE("the older RSA types carry PKCS#1 and no SubjectPublicKeyInfo") {
    const auto* const name = GENERATE("PKCS1_RSA_PKCS1V5", "PKCS1_RSA_PSS");
    const auto key = makers::key("rsa2048");
    const auto pkcs1 = key.pkcs1();
    const auto* const details = find_key_details(name);
    REQUIRE(details != nullptr);
    REQUIRE(read_key(pkcs1, *details, ""));
    CHECK(read_key(pkcs1, *details, "")->spki() == key.spki());
    CHECK(read_key(key.spki(), *details, "").error().code == FailureCode::malformed);
}

TEST_CASE("types that nobody can verify are not known") {
    const auto* const name = GENERATE("", "LMS_SHA256", "LMOTS_SHA256", "ML_DSA_65", "PKIX_ECDSA_P384_SHA_256", "pkix_ed25519",
                                      "PUBLIC_KEY_DETAILS_UNSPECIFIED");
    CAPTURE(name);
    CHECK(find_key_details(name) == nullptr);
}

TEST_CASE("each key is logged under one name, with the hash that goes with it") {
    const auto [kind, details, hash] = GENERATE(table<std::string, std::string, std::string>({
        {"P-256", "PKIX_ECDSA_P256_SHA_256", "SHA2_256"},
        {"P-384", "PKIX_ECDSA_P384_SHA_384", "SHA2_384"},
        {"P-521", "PKIX_ECDSA_P521_SHA_512", "SHA2_512"},
        {"ed25519", "PKIX_ED25519_PH", "SHA2_512"},
        {"rsa2048", "PKIX_RSA_PKCS1V15_2048_SHA256", "SHA2_256"},
        {"rsa3072", "PKIX_RSA_PKCS1V15_3072_SHA256", "SHA2_256"},
        {"rsa4096", "PKIX_RSA_PKCS1V15_4096_SHA256", "SHA2_256"},
    }));
    const auto key = makers::key(kind).public_key();
    const auto* const logged = logged_as(key);
    REQUIRE(logged != nullptr);
    CHECK(logged->details == details);
    CHECK(logged->hash_name == hash);
    CHECK(find_key_details(details) != nullptr);
    CHECK(logged_as(makers::key("rsa2560").public_key()) == nullptr);
}
