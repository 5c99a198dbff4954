// A certificate authority or a timestamp authority of the trusted root: certificates, window, and paths that end in its
// anchor.
#pragma once

#include <openssl/x509_vfy.h>

#include <optional>
#include <string>
#include <vector>

#include "base/json_reader.h"
#include "base/time.h"
#include "sigstore/certificate.h"
#include "sigstore/failure.h"
#include "sigstore/issuer.h"

namespace sigstore {

struct Authority {
    std::string uri;
    std::string operator_name;        // empty where the root names none
    base::TimeRange valid_for;        // closed; absent ends are open
    std::optional<Certificate> leaf;  // timestamp authorities only: the signer, where the root lists one
    std::vector<Certificate> intermediates;
    Certificate anchor;  // the last certificate; it need not be self-signed
    std::vector<Issuer> issuers;     // at least one
    std::vector<bool> issued_leaf;   // for each issuer: it issued `leaf`

    // issuers[issuer] issued this certificate.
    [[nodiscard]] bool has_issued(std::size_t issuer, const Certificate& signer) const;

    enum class Role { certificates, timestamps };
    [[nodiscard]] static Checked<Authority> parse(const base::json::Reader& json, Role role);
};

}  // namespace sigstore
