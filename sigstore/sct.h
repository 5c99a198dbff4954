// Signed certificate timestamps that are embedded in a certificate (RFC 6962 3.2, 3.3): proof that it was shown to a CT
// log.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "sigstore/certificate.h"
#include "sigstore/failure.h"
#include "sigstore/trusted_root.h"

namespace sigstore {

struct Sct {
    base::Sha256 log_id{};
    std::uint64_t timestamp = 0;  // milliseconds since the epoch
    base::Bytes extensions;       // signed too; static-ct-api logs put the leaf index there
    std::uint8_t hash_algorithm = 0;
    std::uint8_t signature_algorithm = 0;
    base::Bytes signature;
};

// The list in the certificate, at most 16; empty if it has none. A list that is not consumed exactly is refused.
[[nodiscard]] Checked<std::vector<Sct>> embedded_scts(const Certificate& certificate);
// The TBSCertificate without the SCT list and with the lengths around it shortened; all other bytes stay. Nothing if it
// is not there.
[[nodiscard]] std::optional<base::Bytes> precertificate_tbs(const Certificate& certificate);
// What the log signed (RFC 6962 3.2, precert_entry). `tbs` is the one above.
[[nodiscard]] base::Bytes sct_signed_data(const Sct& sct, const base::Sha256& issuer_key_hash, base::BytesView tbs);

// The CT logs of the root with a valid SCT in `leaf`. SCTs of unknown logs, outside a log's window or with a wrong
// signature do not count. Fails on an unreadable list, and on an issuer that only signs precertificates, whose rules
// nobody in Sigstore uses.
[[nodiscard]] Checked<std::vector<const TransparencyLog*>> verify_scts(const Certificate& leaf, const Certificate& issuer,
                                                                       const TrustedRoot& root);

}  // namespace sigstore
