// One X.509 certificate, parsed once and immutable; copies share it. What is compared is the DER as received, never an
// encoding of ours.
#pragma once

#include <openssl/x509.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "sigstore/failure.h"
#include "sigstore/public_key.h"

namespace sigstore {

inline constexpr std::size_t kMaxCertificateSize = 64 * 1024;

class Certificate {
public:
    // Consumed whole; extensions must be readable and its key one that PublicKey takes.
    [[nodiscard]] static Checked<Certificate> parse(base::BytesView der, std::string_view where);

    [[nodiscard]] const base::Bytes& der() const { return parsed_->der; }
    [[nodiscard]] base::BytesView tbs() const { return parsed_->tbs; }  // TBSCertificate, inside der()
    [[nodiscard]] const PublicKey& key() const { return parsed_->key; }
    [[nodiscard]] std::string sha256_hex() const;

    // RFC 5280 4.1.2.5: both ends belong to the validity. Whole seconds; a fraction after notAfter is outside.
    [[nodiscard]] bool valid_at(base::Time time) const;
    [[nodiscard]] base::Time not_before() const { return parsed_->not_before; }
    [[nodiscard]] base::Time not_after() const { return parsed_->not_after; }

    [[nodiscard]] bool is_ca() const;  // BasicConstraints CA:TRUE
    [[nodiscard]] bool is_authority() const;  // BasicConstraints CA:TRUE and, where KeyUsage is present, keyCertSign
    [[nodiscard]] bool has_digital_signature() const;  // KeyUsage present and with digitalSignature
    // The content of the extension's OCTET STRING; `oid` is the content of its OBJECT IDENTIFIER. No extension occurs
    // twice.
    [[nodiscard]] std::optional<base::BytesView> extension(base::BytesView oid) const;
    struct ExtendedKeyUsage {
        bool is_critical;
        std::vector<base::BytesView> purposes;  // OBJECT IDENTIFIER contents, unknown ones included
    };
    [[nodiscard]] const std::optional<ExtendedKeyUsage>& extended_key_usage() const { return parsed_->extended_key_usage; }
    // Looks at no trust and no time; the handle is for OpenSSL's path building and CMS only, which take a non-const
    // pointer.
    [[nodiscard]] X509* handle() const { return parsed_->handle.get(); }

    bool operator==(const Certificate& other) const { return der() == other.der(); }

private:
    struct Parsed {
        base::Bytes der;
        base::BytesView tbs;
        std::shared_ptr<X509> handle;
        PublicKey key;
        base::Time not_before;
        base::Time not_after;
        std::optional<ExtendedKeyUsage> extended_key_usage;
    };
    explicit Certificate(std::shared_ptr<const Parsed> parsed) : parsed_(std::move(parsed)) {}
    std::shared_ptr<const Parsed> parsed_;
};

}  // namespace sigstore
