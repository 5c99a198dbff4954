#include "sigstore/public_key.h"

#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/rsa.h>
#include <sodium/crypto_sign_ed25519.h>

#include <array>

#include "base/openssl.h"

namespace sigstore {

namespace {

constexpr int kSmallestRsa = 2048;
constexpr int kLargestRsa = 4096;

const EVP_MD* digest_method(base::HashAlgorithm algorithm) {
    switch (algorithm) {
        case base::HashAlgorithm::sha256: return EVP_sha256();
        case base::HashAlgorithm::sha384: return EVP_sha384();
        case base::HashAlgorithm::sha512: return EVP_sha512();
    }
    std::unreachable();
}

std::optional<KeyKind> curve_of(EVP_PKEY* key) {
    // Parameters written out may differ from the named curve in the generator: a forger's choice (CVE-2020-0601).
    int is_explicit = 0;
    static_cast<void>(EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &is_explicit));
    if (is_explicit != 0) return std::nullopt;
    std::array<char, 64> name{};
    std::size_t size = 0;  // stays so where there is no name
    static_cast<void>(EVP_PKEY_get_group_name(key, name.data(), name.size(), &size));
    const std::string_view curve(name.data(), size);
    if (curve == SN_X9_62_prime256v1) return KeyKind::ecdsa_p256;
    if (curve == SN_secp384r1) return KeyKind::ecdsa_p384;
    if (curve == SN_secp521r1) return KeyKind::ecdsa_p521;
    return std::nullopt;
}

std::optional<KeyKind> kind_of(EVP_PKEY* key) {
    switch (EVP_PKEY_get_base_id(key)) {
        case EVP_PKEY_EC: return curve_of(key);
        case EVP_PKEY_ED25519: return KeyKind::ed25519;
        case EVP_PKEY_RSA: {
            const int bits = EVP_PKEY_get_bits(key);
            return bits >= kSmallestRsa && bits <= kLargestRsa ? std::optional(KeyKind::rsa) : std::nullopt;
        }
        default: return std::nullopt;  // DSA, RSA-PSS, X25519, SM2 and whatever comes
    }
}

std::shared_ptr<EVP_PKEY> own(EVP_PKEY* key) { return {key, EVP_PKEY_free}; }

Failure unreadable(std::string_view where, std::string_view expected) {
    base::clear_openssl_errors();
    return {FailureCode::malformed, std::string(where), std::string(expected)};
}

}  // namespace

Checked<PublicKey> PublicKey::from_spki(base::BytesView der, std::string_view where) {
    const unsigned char* position = der.data();
    auto key = own(d2i_PUBKEY(nullptr, &position, static_cast<long>(der.size())));
    if (!key || position != der.data() + der.size()) {
        return std::unexpected(unreadable(where, "a DER SubjectPublicKeyInfo"));
    }
    return adopt(std::move(key), base::Bytes(der.begin(), der.end()), where);
}

Checked<PublicKey> PublicKey::of_certificate(EVP_PKEY* key, base::BytesView spki, std::string_view where) {
    if (key == nullptr || EVP_PKEY_up_ref(key) != 1) return std::unexpected(unreadable(where, "a DER SubjectPublicKeyInfo"));
    return adopt(own(key), base::Bytes(spki.begin(), spki.end()), where);
}

Checked<PublicKey> PublicKey::from_pkcs1(base::BytesView der, std::string_view where) {
    const unsigned char* position = der.data();
    auto key = own(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &position, static_cast<long>(der.size())));
    if (!key || position != der.data() + der.size()) {
        return std::unexpected(unreadable(where, "a DER RSAPublicKey"));
    }
    unsigned char* encoded = nullptr;
    const int size = i2d_PUBKEY(key.get(), &encoded);
    if (size <= 0) return std::unexpected(unreadable(where, "an RSA key that can be encoded"));
    base::Bytes spki(encoded, encoded + size);
    OPENSSL_free(encoded);
    return adopt(std::move(key), std::move(spki), where);
}

Checked<PublicKey> PublicKey::adopt(std::shared_ptr<EVP_PKEY> key, base::Bytes spki, std::string_view where) {
    const auto kind = kind_of(key.get());
    base::clear_openssl_errors();
    if (!kind) {
        return std::unexpected(Failure(FailureCode::unsupported, std::string(where),
                                       "an ECDSA key on P-256, P-384 or P-521, RSA of 2048 to 4096 bits, or Ed25519"));
    }
    PublicKey result;
    result.kind_ = *kind;
    result.bits_ = EVP_PKEY_get_bits(key.get());
    result.spki_sha256_ = base::sha256(spki);
    result.spki_ = std::move(spki);
    if (*kind == KeyKind::ed25519) {
        result.ed25519_raw_.resize(32);
        std::size_t size = result.ed25519_raw_.size();
        if (EVP_PKEY_get_raw_public_key(key.get(), result.ed25519_raw_.data(), &size) != 1 || size != 32) {
            return std::unexpected(unreadable(where, "an Ed25519 key of 32 bytes"));
        }
    }
    result.key_ = std::move(key);
    return result;
}

std::optional<base::HashAlgorithm> PublicKey::default_hash() const {
    switch (kind_) {
        case KeyKind::ecdsa_p256:
        case KeyKind::rsa: return base::HashAlgorithm::sha256;
        case KeyKind::ecdsa_p384: return base::HashAlgorithm::sha384;
        case KeyKind::ecdsa_p521: return base::HashAlgorithm::sha512;
        case KeyKind::ed25519: return std::nullopt;
    }
    std::unreachable();
}

bool PublicKey::verify(base::HashAlgorithm hash, base::BytesView message, base::BytesView signature) const {
    if (kind_ == KeyKind::ed25519) return verify_ed25519(message, signature);
    return verify_digest(hash, base::hash(hash, message), signature);
}

bool PublicKey::verify_ed25519(base::BytesView message, base::BytesView signature) const {
    if (kind_ != KeyKind::ed25519) return false;
    // Ed25519 has the one-shot form only and takes no digest.
    const base::MdContextHandle context(EVP_MD_CTX_new());
    const bool good = context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
                      EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
    base::clear_openssl_errors();
    return good;
}

bool PublicKey::verify_ed25519ph(base::BytesView message, base::BytesView signature) const {
    if (kind_ != KeyKind::ed25519 || signature.size() != crypto_sign_ed25519_BYTES) return false;
    // libsodium, because OpenSSL has the pre-hashed form only from 3.2 on.
    crypto_sign_ed25519ph_state state;
    crypto_sign_ed25519ph_init(&state);
    crypto_sign_ed25519ph_update(&state, message.data(), message.size());
    return crypto_sign_ed25519ph_final_verify(&state, signature.data(), ed25519_raw_.data()) == 0;
}

bool PublicKey::verify_digest(base::HashAlgorithm hash, base::BytesView digest, base::BytesView signature, RsaPadding padding) const {
    if (kind_ == KeyKind::ed25519 || digest.size() != base::digest_size(hash)) return false;
    const base::KeyContextHandle context(EVP_PKEY_CTX_new(key_.get(), nullptr));
    if (!context || EVP_PKEY_verify_init(context.get()) != 1) return false;
    const int rsa_padding = padding == RsaPadding::pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;
    // Without the digest's name RSA would verify a bare block; without the padding's it would depend on a default.
    const bool is_ready = (kind_ != KeyKind::rsa || EVP_PKEY_CTX_set_rsa_padding(context.get(), rsa_padding) == 1) &&
                          EVP_PKEY_CTX_set_signature_md(context.get(), digest_method(hash)) == 1;
    const bool good = is_ready && EVP_PKEY_verify(context.get(), signature.data(), signature.size(), digest.data(), digest.size()) == 1;
    base::clear_openssl_errors();
    return good;
}

}  // namespace sigstore
