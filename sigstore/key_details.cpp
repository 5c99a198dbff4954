#include "sigstore/key_details.h"

#include <algorithm>
#include <array>

namespace sigstore {

namespace {

using base::HashAlgorithm;

// All but the post-quantum ones, and the two curves with SHA-256, which nobody made a key with.
constexpr auto kKeyDetails = std::to_array<KeyDetails>({
    {"PKIX_ECDSA_P256_SHA_256", KeyEncoding::spki, KeyKind::ecdsa_p256, 0},
    {"PKIX_ECDSA_P256_HMAC_SHA_256", KeyEncoding::spki, KeyKind::ecdsa_p256, 0},
    {"PKIX_ECDSA_P384_SHA_384", KeyEncoding::spki, KeyKind::ecdsa_p384, 0},
    {"PKIX_ECDSA_P521_SHA_512", KeyEncoding::spki, KeyKind::ecdsa_p521, 0},
    {"PKIX_ED25519", KeyEncoding::spki, KeyKind::ed25519, 0},
    {"PKIX_ED25519_PH", KeyEncoding::spki, KeyKind::ed25519, 0},
    {"PKIX_RSA_PKCS1V5", KeyEncoding::spki, KeyKind::rsa, 0},
    {"PKIX_RSA_PKCS1V15_2048_SHA256", KeyEncoding::spki, KeyKind::rsa, 2048},
    {"PKIX_RSA_PKCS1V15_3072_SHA256", KeyEncoding::spki, KeyKind::rsa, 3072},
    {"PKIX_RSA_PKCS1V15_4096_SHA256", KeyEncoding::spki, KeyKind::rsa, 4096},
    {"PKCS1_RSA_PKCS1V5", KeyEncoding::pkcs1, KeyKind::rsa, 0},
    {"PKIX_RSA_PSS", KeyEncoding::spki, KeyKind::rsa, 0, RsaPadding::pss},
    {"PKIX_RSA_PSS_2048_SHA256", KeyEncoding::spki, KeyKind::rsa, 2048, RsaPadding::pss},
    {"PKIX_RSA_PSS_3072_SHA256", KeyEncoding::spki, KeyKind::rsa, 3072, RsaPadding::pss},
    {"PKIX_RSA_PSS_4096_SHA256", KeyEncoding::spki, KeyKind::rsa, 4096, RsaPadding::pss},
    {"PKCS1_RSA_PSS", KeyEncoding::pkcs1, KeyKind::rsa, 0, RsaPadding::pss},
});

constexpr LoggedAs kP256{"PKIX_ECDSA_P256_SHA_256", HashAlgorithm::sha256, "SHA2_256"};
constexpr LoggedAs kP384{"PKIX_ECDSA_P384_SHA_384", HashAlgorithm::sha384, "SHA2_384"};
constexpr LoggedAs kP521{"PKIX_ECDSA_P521_SHA_512", HashAlgorithm::sha512, "SHA2_512"};
constexpr LoggedAs kEd25519{"PKIX_ED25519_PH", HashAlgorithm::sha512, "SHA2_512"};
constexpr LoggedAs kRsa2048{"PKIX_RSA_PKCS1V15_2048_SHA256", HashAlgorithm::sha256, "SHA2_256"};
constexpr LoggedAs kRsa3072{"PKIX_RSA_PKCS1V15_3072_SHA256", HashAlgorithm::sha256, "SHA2_256"};
constexpr LoggedAs kRsa4096{"PKIX_RSA_PKCS1V15_4096_SHA256", HashAlgorithm::sha256, "SHA2_256"};

}  // namespace

const KeyDetails* find_key_details(std::string_view name) {
    const auto* const found = std::ranges::find(kKeyDetails, name, &KeyDetails::name);
    return found == kKeyDetails.end() ? nullptr : found;
}

const LoggedAs* logged_as(const PublicKey& key) {
    switch (key.kind()) {
        case KeyKind::ecdsa_p256: return &kP256;
        case KeyKind::ecdsa_p384: return &kP384;
        case KeyKind::ecdsa_p521: return &kP521;
        case KeyKind::ed25519: return &kEd25519;
        case KeyKind::rsa: break;
    }
    switch (key.bits()) {
        case 2048: return &kRsa2048;
        case 3072: return &kRsa3072;
        case 4096: return &kRsa4096;
        default: return nullptr;
    }
}

Checked<PublicKey> read_key(base::BytesView der, const KeyDetails& details, std::string_view where) {
    TRY(auto key, details.encoding == KeyEncoding::spki ? PublicKey::from_spki(der, where) : PublicKey::from_pkcs1(der, where));
    if (key.kind() != details.kind || (details.bits != 0 && key.bits() != details.bits)) {
        return std::unexpected(Failure(FailureCode::trust_root, std::string(where), "a key of the type " + std::string(details.name)));
    }
    return key;
}

}  // namespace sigstore
