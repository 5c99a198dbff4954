#include "sigstore/managed_key.h"

#include "sigstore/pem.h"

namespace sigstore {

namespace {

constexpr std::string_view kPemBegin = "-----BEGIN ";

Checked<PublicKey> parse_key(base::BytesView file, std::string_view where) {
    const auto text = base::as_text(file);
    if (!text.starts_with(kPemBegin)) return PublicKey::from_spki(file, where);
    const auto block = pem_decode(text);
    if (block && block->label == "PUBLIC KEY") return PublicKey::from_spki(block->der, where);
    if (block && block->label == "RSA PUBLIC KEY") return PublicKey::from_pkcs1(block->der, where);
    return std::unexpected(
        Failure(FailureCode::malformed, std::string(where), "one PEM block PUBLIC KEY", block ? block->label : "no readable block"));
}

}  // namespace

Checked<ManagedKey> ManagedKey::parse(base::BytesView file, std::string_view where) {
    TRY(auto key, parse_key(file, where));
    return ManagedKey{std::move(key), RsaPadding::pkcs1, {}};
}

}  // namespace sigstore
