// DSSE envelopes, and the bytes that their signatures are about (secure-systems-lab/dsse envelope.md, protocol.md).
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/json_reader.h"
#include "sigstore/failure.h"

namespace sigstore {

inline constexpr std::size_t kMaxEnvelope = 16 * 1024 * 1024;

struct DsseEnvelope {
    std::string payload_type;
    base::Bytes payload;
    base::Bytes signature;  // of the only one
    std::string key_id;     // selects nothing (sigstore-verification 7.3)

    // Exactly one signature: of several, each could be by another signer, and one is checked. Failures: malformed, limits.
    [[nodiscard]] static Checked<DsseEnvelope> parse(const base::json::Reader& json);
    [[nodiscard]] static Checked<DsseEnvelope> parse(base::BytesView text);  // JSON, at most kMaxEnvelope
};

// Pre-authentication encoding: "DSSEv1 len(type) type len(payload) payload"; the lengths count bytes, not characters.
[[nodiscard]] base::Bytes dsse_pae(std::string_view payload_type, base::BytesView payload);

}  // namespace sigstore
