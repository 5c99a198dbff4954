#include "sigstore/public_key.h"

#include "base/openssl.h"
#include "test/support/catch.h"
#include "test/unit/sigstore/makers.h"

using namespace sigstore;
using base::HashAlgorithm;

namespace {

const base::Bytes kMessage{'m', 's', 'g'};

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

TEST_CASE("an RSA signature by PSS does not pass for PKCS#1 v1.5, nor the reverse") {
    const auto key = makers::key("rsa2048");
    const auto public_key = key.public_key();
    const auto digest = base::hash(HashAlgorithm::sha256, kMessage);
    const auto pss = key.sign_pss(kMessage);
    const auto pkcs1 = key.sign(kMessage);
    CHECK(public_key.verify_digest(HashAlgorithm::sha256, digest, pss, RsaPadding::pss));
    CHECK(public_key.verify_digest(HashAlgorithm::sha256, digest, pkcs1, RsaPadding::pkcs1));
    CHECK_FALSE(public_key.verify_digest(HashAlgorithm::sha256, digest, pss));
    CHECK_FALSE(public_key.verify_digest(HashAlgorithm::sha256, digest, pkcs1, RsaPadding::pss));
    CHECK_FALSE(public_key.verify_digest(HashAlgorithm::sha256, base::hash(HashAlgorithm::sha256, {}), pss, RsaPadding::pss));
}

TEST_CASE("RFC 8032 7.3: Ed25519ph of \"abc\"") {
    const auto raw = base::hex_decode("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf").value();
    auto spki = base::hex_decode("302a300506032b6570032100").value();
    spki.insert(spki.end(), raw.begin(), raw.end());
    const auto key = PublicKey::from_spki(spki, "").value();
    auto signature = base::hex_decode(
                         "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
                         "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406")
                         .value();
    const base::Bytes message{'a', 'b', 'c'};
    CHECK(key.verify_ed25519ph(message, signature));
    CHECK_FALSE(key.verify_ed25519(message, signature));
    CHECK_FALSE(key.verify_ed25519ph(kMessage, signature));
    CHECK_FALSE(key.verify_ed25519ph(message, base::BytesView(signature).first(63)));
    signature.push_back(0);
    CHECK_FALSE(key.verify_ed25519ph(message, signature));
    signature.pop_back();
    signature[40] ^= 1;
    CHECK_FALSE(key.verify_ed25519ph(message, signature));
}

TEST_CASE("a pure Ed25519 signature is none over a hash, and other keys verify neither form") {
    const auto key = makers::key("ed25519");
    const auto public_key = key.public_key();
    CHECK(public_key.verify_ed25519(kMessage, key.sign(kMessage)));
    CHECK(public_key.verify_ed25519ph(kMessage, key.sign_ed25519ph(kMessage)));
    CHECK_FALSE(public_key.verify_ed25519ph(kMessage, key.sign(kMessage)));
    CHECK_FALSE(public_key.verify_ed25519(kMessage, key.sign_ed25519ph(kMessage)));
    CHECK_FALSE(public_key.verify_digest(HashAlgorithm::sha512, base::hash(HashAlgorithm::sha512, kMessage), key.sign(kMessage)));
    const auto other = makers::key();
    CHECK_FALSE(other.public_key().verify_ed25519(kMessage, other.sign(kMessage)));
    CHECK_FALSE(other.public_key().verify_ed25519ph(kMessage, key.sign_ed25519ph(kMessage)));
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
    auto pkcs1 = makers::key("rsa2048").pkcs1();
    pkcs1.push_back(0);
    CHECK(PublicKey::from_pkcs1(pkcs1, "").error().code == FailureCode::malformed);
}

TEST_CASE("PKCS#1 keys have the identity of their SubjectPublicKeyInfo") {
    const auto key = makers::key("rsa2048");
    const auto parsed = PublicKey::from_pkcs1(key.pkcs1(), "");
    REQUIRE(parsed);
    CHECK(parsed->spki() == key.spki());
    CHECK(parsed->bits() == 2048);
    CHECK(parsed->spki_sha256() == base::sha256(key.spki()));
}
