// The bytes that a DSSE signature is about (secure-systems-lab/dsse protocol.md).
#pragma once

#include <string_view>

#include "base/bytes.h"

namespace sigstore {

// Pre-authentication encoding: "DSSEv1 len(type) type len(payload) payload"; the lengths count bytes, not characters.
[[nodiscard]] base::Bytes dsse_pae(std::string_view payload_type, base::BytesView payload);

}  // namespace sigstore
