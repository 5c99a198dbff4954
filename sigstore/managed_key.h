// A long-lived key that the caller trusts beforehand, in place of certificates (cosign's --key).
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/time.h"
#include "sigstore/failure.h"
#include "sigstore/public_key.h"

namespace sigstore {

struct ManagedKey {
    PublicKey key;
    RsaPadding padding = RsaPadding::pkcs1;  // of an RSA key
    base::TimeRange valid_for;               // when it may have signed; open unless the caller knows better

    // One PEM block, PUBLIC KEY or RSA PUBLIC KEY, or a DER SubjectPublicKeyInfo. Failures: malformed, unsupported.
    [[nodiscard]] static Checked<ManagedKey> parse(base::BytesView file, std::string_view where);
};

}  // namespace sigstore
