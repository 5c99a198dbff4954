#include "sigstore/dsse.h"

#include <string>

namespace sigstore {

base::Bytes dsse_pae(std::string_view payload_type, base::BytesView payload) {
    const auto head =
        "DSSEv1 " + std::to_string(payload_type.size()) + " " + std::string(payload_type) + " " + std::to_string(payload.size()) + " ";
    auto encoded = base::to_bytes(head);
    encoded.insert(encoded.end(), payload.begin(), payload.end());
    return encoded;
}

}  // namespace sigstore
