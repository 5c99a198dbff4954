// A TimeStampResp taken apart (RFC 3161 2.4.2, RFC 5652): granted, with one signer, its signed attributes consistent
// with its content. Who the signer is and whether to believe it is decided in timestamp.h.
#pragma once

#include <openssl/cms.h>

#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/time.h"
#include "sigstore/certificate.h"
#include "sigstore/chain.h"
#include "sigstore/failure.h"

namespace sigstore {

class TimestampToken {
public:
    // All failures are `timestamp`. Refused: trailing bytes, any status but granted, no token, other content than
    // TSTInfo, not exactly one signer, a signer named by key identifier, no signed attributes, imprints and digests
    // outside SHA-2.
    [[nodiscard]] static Checked<TimestampToken> parse(base::BytesView response, const std::string& where);

    [[nodiscard]] base::Time time() const { return time_; }  // genTime, with its fraction
    [[nodiscard]] bool is_about(base::BytesView signature) const;

    // By issuer and serial number, or by the signing-certificate attribute: a token with one of them spoilt is still
    // that signer's.
    [[nodiscard]] bool names_signer(const Certificate& certificate) const;
    [[nodiscard]] std::optional<Certificate> embedded_signer() const;  // the embedded certificate of that issuer and serial number
    // The signature over the signed attributes is by path[0], which is named both ways (RFC 5652 5.3, RFC 3161 2.4.1),
    // and the signingTime attribute, if there is one, lies in its validity.
    [[nodiscard]] bool is_signed_by(const Path& path) const;

private:
    TimestampToken() = default;
    [[nodiscard]] bool read_info();
    [[nodiscard]] bool has_consistent_attributes() const;
    [[nodiscard]] base::BytesView content() const;

    std::shared_ptr<CMS_ContentInfo> cms_;
    CMS_SignerInfo* signer_info_ = nullptr;  // inside cms_
    base::Time time_;
    base::HashAlgorithm imprint_algorithm_ = base::HashAlgorithm::sha256;
    base::Bytes imprint_;
};

}  // namespace sigstore
