// Who a Fulcio certificate says its holder is (fulcio docs/certificate-specification.md, docs/oid-info.md).
#pragma once

#include <string>

#include "sigstore/certificate.h"
#include "sigstore/failure.h"

namespace sigstore {

struct CertificateIdentity {
    std::string subject;  // an e-mail address, a URI, or "name!domain"; bytes as they stand in the certificate, never
                          // normalised
    std::string issuer;   // of the OIDC token
};

// Exactly one subject alternative name, of one of those three kinds; the issuer from extension .1.8, which .1.1 may not
// contradict. Control bytes and NUL anywhere are refused: a reader of C strings would see another identity. All
// failures are `identity`.
[[nodiscard]] Checked<CertificateIdentity> identity_of(const Certificate& certificate);

}  // namespace sigstore
