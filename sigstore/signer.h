// Whose signature is asked for: that of the holder of a certificate, or of a key that the caller trusts beforehand. Borrows both.
#pragma once

#include "sigstore/certificate.h"
#include "sigstore/public_key.h"

namespace sigstore {

struct Signer {
    const PublicKey& key;
    const Certificate* certificate = nullptr;  // null: a managed key
    RsaPadding padding = RsaPadding::pkcs1;

    explicit Signer(const PublicKey& managed, RsaPadding rsa_padding = RsaPadding::pkcs1) : key(managed), padding(rsa_padding) {}
    Signer(const Certificate& leaf) : key(leaf.key()), certificate(&leaf) {}  // NOLINT(google-explicit-constructor)

    [[nodiscard]] const char* noun() const { return certificate == nullptr ? "key" : "certificate"; }  // for messages
};

}  // namespace sigstore
