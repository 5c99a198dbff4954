// One PEM block (RFC 7468), as Rekor v1 stores certificates and keys inside its bodies.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace sigstore {

struct PemBlock {
    std::string label;
    base::Bytes der;
};

// The only block of the text: nothing before it, nothing but line ends behind it. At most 128 KiB.
[[nodiscard]] std::optional<PemBlock> pem_decode(std::string_view text);

}  // namespace sigstore
