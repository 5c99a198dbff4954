#include "sigstore/public_key.h"

#include <openssl/rsa.h>

#include "base/openssl.h"
#include "test/support/catch.h"
#include "test/unit/sigstore/makers.h"

using namespace sigstore;
using base::HashAlgorithm;

namespace {

const base::Bytes kMessage{'m', 's', 'g'};

base::Bytes pkcs1_of(const makers::Key& key) {
    unsigned char* out = nullptr;
    const int size = i2d_PublicKey(key.handle.get(), &out);
    base::Bytes bytes(out, out + size);
    OPENSSL_free(out);
    return bytes;
}

}  // namespace

TEST_CASE("every kind of key verifies its own signatures and no others") {
    const auto [kind, expected, hash, hash_name] = GENERATE(table<std::string, KeyKind, HashAlgorithm, std::string>({
        {"P-256", KeyKind::ecdsa_p256, HashAlgorithm::sha256, "SHA256"},
        {"P-384", KeyKind::ecdsa_p384, HashAlgorithm::sha384, "SHA384"},
        {"P-521", KeyKind::ecdsa_p521, HashAlgorithm::sha512, "SHA512"},
        {"rsa2048", KeyKind::rsa, HashAlgorithm::sha256, "SHA256"},
        {"ed25519", KeyKind::ed25519, HashAlgorithm::sha256, "SHA256"},
    }));
    CAPTURE(kind);
    const auto key = makers::key(kind);
    const auto other = makers::key(kind);
    const auto public_key = key.public_key();
    CHECK(public_key.kind() == expected);
    CHECK(public_key.default_hash().value_or(HashAlgorithm::sha256) == hash);
    const auto signature = key.sign(kMessage, hash_name);
    CHECK(public_key.verify(hash, kMessage, signature));
    CHECK_FALSE(public_key.verify(hash, base::Bytes{'x'}, signature));
    CHECK_FALSE(public_key.verify(hash, kMessage, other.sign(kMessage, hash_name)));
    CHECK_FALSE(public_key.verify(hash, kMessage, {}));
    auto changed = signature;
    changed.back() ^= 1;
    CHECK_FALSE(public_key.verify(hash, kMessage, changed));
    auto longer = signature;
    longer.push_back(0);
    CHECK_FALSE(public_key.verify(hash, kMessage, longer));
    if (expected == KeyKind::ed25519) return;
    CHECK(public_key.verify_digest(hash, base::hash(hash, kMessage), signature));
    CHECK_FALSE(public_key.verify_digest(hash, base::Bytes(7), signature));
    const auto wrong_hash = hash == HashAlgorithm::sha256 ? HashAlgorithm::sha384 : HashAlgorithm::sha256;
    CHECK_FALSE(public_key.verify(wrong_hash, kMessage, signature));
}

TEST_CASE("degenerate ECDSA signatures are refused") {
    const auto public_key = makers::key().public_key();
    const auto [name, signature] = GENERATE(table<std::string, base::Bytes>({
        {"r = s = 0 (CVE-2022-21449)", {0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00}},
        {"r = s = 1", {0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01}},
        {"negative", {0x30, 0x06, 0x02, 0x01, 0xFF, 0x02, 0x01, 0xFF}},
        {"raw 64 bytes", base::Bytes(64, 0x11)},
        {"overlong length", {0x30, 0x81, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01}},
    }));
    CAPTURE(name);
    CHECK_FALSE(public_key.verify(HashAlgorithm::sha256, kMessage, signature));
}

TEST_CASE("ECDSA in its raw form of r and s is not accepted, though the values are right") {
    const auto key = makers::key();
    const auto der = key.sign(kMessage);
    const unsigned char* position = der.data();
    const base::OpensslHandle<ECDSA_SIG, ECDSA_SIG_free> parts(d2i_ECDSA_SIG(nullptr, &position, static_cast<long>(der.size())));
    base::Bytes raw(64);
    BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), raw.data(), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), raw.data() + 32, 32);
    CHECK(key.public_key().verify(HashAlgorithm::sha256, kMessage, der));
    CHECK_FALSE(key.public_key().verify(HashAlgorithm::sha256, kMessage, raw));
}

TEST_CASE("an RSA signature by PSS does not pass for PKCS#1 v1.5") {
    const auto key = makers::key("rsa2048");
    const base::MdContextHandle context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* inner = nullptr;
    REQUIRE(EVP_DigestSignInit(context.get(), &inner, EVP_sha256(), nullptr, key.handle.get()) == 1);
    REQUIRE(EVP_PKEY_CTX_set_rsa_padding(inner, RSA_PKCS1_PSS_PADDING) == 1);
    std::size_t size = 256;
    base::Bytes signature(size);
    REQUIRE(EVP_DigestSign(context.get(), signature.data(), &size, kMessage.data(), kMessage.size()) == 1);
    CHECK_FALSE(key.public_key().verify(HashAlgorithm::sha256, kMessage, signature));
}

TEST_CASE("keys that are not on the list are refused before they are used") {
    const auto kind = GENERATE(as<std::string>(), "P-224", "secp256k1", "rsa1024", "rsa4224");
    CAPTURE(kind);
    const auto key = PublicKey::from_spki(makers::key(kind).spki(), "here");
    REQUIRE_FALSE(key);
    CHECK(key.error().code == FailureCode::unsupported);
    CHECK(key.error().where == "here");
}

TEST_CASE("a curve that is written out instead of named is refused") {
    auto key = makers::key();
    REQUIRE(EVP_PKEY_set_utf8_string_param(key.handle.get(), "encoding", "explicit") == 1);
    const auto parsed = PublicKey::from_spki(key.spki(), "");
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == FailureCode::unsupported);
}

TEST_CASE("bytes that are no key are malformed") {
    auto spki = makers::key().spki();
    spki.push_back(0);
    CHECK(PublicKey::from_spki(spki, "").error().code == FailureCode::malformed);
    CHECK(PublicKey::from_spki({}, "").error().code == FailureCode::malformed);
    CHECK(PublicKey::from_pkcs1(makers::key("rsa2048").spki(), "").error().code == FailureCode::malformed);
}

TEST_CASE("PKCS#1 keys have the identity of their SubjectPublicKeyInfo") {
    const auto key = makers::key("rsa2048");
    const auto parsed = PublicKey::from_pkcs1(pkcs1_of(key), "");
    REQUIRE(parsed);
    CHECK(parsed->spki() == key.spki());
    CHECK(parsed->bits() == 2048);
    CHECK(parsed->spki_sha256() == base::sha256(key.spki()));
}
