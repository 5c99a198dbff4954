// What a public key is for: the enumeration PublicKeyDetails of protobuf-specs (sigstore-verification 2.3).
#pragma once

#include <string_view>

#include "sigstore/public_key.h"

namespace sigstore {

enum class KeyEncoding { spki, pkcs1 };

struct KeyDetails {
    std::string_view name;
    KeyEncoding encoding;
    KeyKind kind;
    int bits;  // of an RSA key; 0: any that PublicKey takes
    RsaPadding padding = RsaPadding::pkcs1;
};

// Null for what this program does not know.
[[nodiscard]] const KeyDetails* find_key_details(std::string_view name);

// The name under which Rekor v2 logs signatures of such a key, with the hash that it then goes with (5.2, 7.1). Null for RSA keys of
// sizes that it does not take.
struct LoggedAs {
    std::string_view details;
    base::HashAlgorithm hash;
    std::string_view hash_name;  // of the protobuf enumeration HashAlgorithm
};
[[nodiscard]] const LoggedAs* logged_as(const PublicKey& key);

// A key of that type in `der`. Failures: malformed, unsupported, trust_root (a key of another type than it says).
[[nodiscard]] Checked<PublicKey> read_key(base::BytesView der, const KeyDetails& details, std::string_view where);

}  // namespace sigstore
