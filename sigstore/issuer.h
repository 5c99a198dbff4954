// The CAs of one authority that can issue signers' certificates. Their own paths to the anchor are found and validated once, when the
// trusted root is loaded: a verification then costs the one signature that it has not seen before.
#pragma once

#include <openssl/x509.h>

#include <memory>
#include <span>
#include <vector>

#include "sigstore/certificate.h"

namespace sigstore {

using Path = std::vector<Certificate>;  // of a signer: signer first, anchor last; at least two

class Issuer {
public:
    // Every CA among `intermediates` and `anchor`, once for each of its paths to the anchor, at most 32. Without signatures of SHA-1,
    // keys below 112 bits of security or critical extensions that OpenSSL does not know. Times are nobody's business here.
    [[nodiscard]] static std::vector<Issuer> find(std::span<const Certificate> intermediates, const Certificate& anchor);

    [[nodiscard]] const Path& path() const { return path_; }  // the issuer itself first, the anchor last
    // Names, signature, path lengths, name constraints and critical extensions as OpenSSL checks them; no time and no usage.
    [[nodiscard]] bool has_issued(const Certificate& signer) const;

private:
    explicit Issuer(Path path) : path_(std::move(path)) {}
    [[nodiscard]] bool validate();

    Path path_;
    bool is_shortened_ = false;          // the issuer itself is what the store believes
    std::shared_ptr<X509_STORE> store_;  // one per issuer, with one certificate: in a common one the windows would mean nothing
};

}  // namespace sigstore
