// A public key of a kind that Sigstore uses, checked when it is made: curve or modulus size is on the list before any
// arithmetic is done with it (a 32 768-bit modulus is a denial of service, explicit curve parameters are a forgery).
// Immutable; copies share the key.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/digest.h"
#include "sigstore/failure.h"

namespace sigstore {

enum class RsaPadding { pkcs1, pss };  // RFC 8017 8.2 and 8.1
enum class KeyKind { ecdsa_p256, ecdsa_p384, ecdsa_p521, rsa, ed25519 };

class PublicKey {
public:
    // DER SubjectPublicKeyInfo, consumed whole. ECDSA P-256/384/521 by name, RSA of 2 048 to 4 096 bits, Ed25519.
    [[nodiscard]] static Checked<PublicKey> from_spki(base::BytesView der, std::string_view where);
    // That of a certificate, which OpenSSL has read already; `spki` is how it stands there. Null: it could not.
    [[nodiscard]] static Checked<PublicKey> of_certificate(EVP_PKEY* key, base::BytesView spki, std::string_view where);
    // DER RSAPublicKey of RFC 8017, as the key details PKCS1_RSA_PKCS1V5 carry it.
    [[nodiscard]] static Checked<PublicKey> from_pkcs1(base::BytesView der, std::string_view where);

    [[nodiscard]] KeyKind kind() const { return kind_; }
    [[nodiscard]] int bits() const { return bits_; }
    [[nodiscard]] bool is_ecdsa() const { return kind_ != KeyKind::rsa && kind_ != KeyKind::ed25519; }
    [[nodiscard]] const base::Bytes& spki() const { return spki_; }  // DER
    [[nodiscard]] const base::Sha256& spki_sha256() const { return spki_sha256_; }
    [[nodiscard]] const base::Bytes& ed25519_raw() const { return ed25519_raw_; }  // 32 bytes; empty for other kinds

    // The hash that goes with the key by default (sigstore-verification 7.1); none for pure Ed25519, which takes the
    // message itself.
    [[nodiscard]] std::optional<base::HashAlgorithm> default_hash() const;

    // ECDSA: DER, as received. RSA: PKCS#1 v1.5. Ed25519: pure, `hash` plays no part.
    [[nodiscard]] bool verify(base::HashAlgorithm hash, base::BytesView message, base::BytesView signature) const;
    // Over a digest that is at hand already; never true for Ed25519. `padding` is of RSA: PSS takes a salt of any length.
    [[nodiscard]] bool verify_digest(base::HashAlgorithm hash, base::BytesView digest, base::BytesView signature,
                                     RsaPadding padding = RsaPadding::pkcs1) const;
    // RFC 8032 5.1, without context: pure, and pre-hashed with SHA-512. Never true for another key than Ed25519.
    [[nodiscard]] bool verify_ed25519(base::BytesView message, base::BytesView signature) const;
    [[nodiscard]] bool verify_ed25519ph(base::BytesView message, base::BytesView signature) const;

private:
    PublicKey() = default;
    [[nodiscard]] static Checked<PublicKey> adopt(std::shared_ptr<EVP_PKEY> key, base::Bytes spki, std::string_view where);

    std::shared_ptr<EVP_PKEY> key_;
    KeyKind kind_ = KeyKind::ecdsa_p256;
    int bits_ = 0;
    base::Bytes spki_;
    base::Sha256 spki_sha256_{};
    base::Bytes ed25519_raw_;
};

}  // namespace sigstore
