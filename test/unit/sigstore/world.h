// A small Sigstore of the tests' own: it issues a certificate, signs a statement, logs it in Rekor v1 or v2, stamps the
// time, and writes bundle and trusted root. Every part can be changed before the next one signs it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "test/unit/sigstore/makers.h"

namespace world {

// TimeStampResp with one signer.
struct TokenSpec {
    std::int64_t time = 1'500;
    std::string fraction;  // ".25"
    std::string imprint_oid = "2.16.840.1.101.3.4.2.1";
    base::Bytes imprint;  // default: SHA-256 of the stamped bytes
    std::uint8_t status = 0;
    std::int64_t signing_time = 1'500;
    bool has_signing_certificate = true;
    std::vector<base::Bytes> embedded;  // certificates
    std::string digest = "SHA256";      // of the content, by the signer
    std::uint8_t version = 1;           // of TSTInfo
    base::Bytes behind_info;
    base::Bytes behind_status;  // statusString and failInfo
    bool is_signing_time_text = false;
    bool is_other_type_signed = false;  // the attribute says data where the content says TSTInfo
};
struct Tsa {
    makers::Ca ca = [] {
        makers::Ca made;
        made.issuer_spec.extensions = {makers::key_usage_ca(), makers::basic_constraints_ca()};
        made.leaf_spec.extensions = {makers::extended_key_usage({std::string(makers::kTimeStamping)}, true)};
        return made;
    }();
    makers::Key key = makers::key();
    base::Bytes signer_der;          // fixed by `certify`
    std::vector<base::Bytes> chain;  // signer, issuer, root

    Tsa() { certify(); }
    void certify();
    [[nodiscard]] base::Bytes stamp(base::BytesView bytes, const TokenSpec& spec = {}) const;
};

struct World {
    makers::Ca ca;
    makers::Key leaf_key = makers::key();
    makers::Key v1_key = makers::key();
    makers::Key v2_key = makers::key("ed25519");
    makers::Key ct_key = makers::key();
    Tsa tsa;
    std::string payload = R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":")" + std::string(64, 'a') +
                          R"("}}],"predicateType":"https://sigstore.dev/cosign/sign/v1","predicate":{}})";
    std::string hash = "SHA256";  // of the leaf's signature
    std::int64_t integrated_time = 1'500;
    std::string v2_key_details = "PKIX_ECDSA_P256_SHA_256";
    std::string v2_hash = "SHA2_256";
    bool by_key = false;                 // the bundle names leaf_key and has no certificate
    std::optional<std::string> message;  // what is signed, in place of an envelope; Ed25519 signs it pre-hashed

    // Made once the parts above are set.
    std::vector<base::Bytes> chain;
    base::Bytes leaf;
    base::Bytes signature;
    void sign();

    [[nodiscard]] std::string v1_body() const;
    [[nodiscard]] std::string v2_body() const;
    [[nodiscard]] std::string v2_dsse_body() const;  // dsse 0.0.2
    // One entry as JSON; `change` sees the body before it is logged.
    struct EntrySpec {
        std::string body;
        std::int64_t log_index = 5;
        bool has_promise = true;
        bool has_proof = true;
        std::string origin = "rekor.example - 7";
        std::string kind = "dsse";
        std::string version = "0.0.1";
    };
    [[nodiscard]] std::string v1_entry(EntrySpec spec, const makers::Key& log_key) const;
    [[nodiscard]] std::string v1_entry() const { return v1_entry({.body = v1_body()}, v1_key); }
    [[nodiscard]] std::string v2_entry(std::string body, std::string origin = "log2.example", std::string kind = "hashedrekord") const;
    [[nodiscard]] std::string v2_entry() const { return v2_entry(v2_body()); }
    [[nodiscard]] std::string bundle(const std::vector<std::string>& entries, const std::vector<base::Bytes>& timestamps) const;
    [[nodiscard]] makers::RootParts root_parts() const;
    [[nodiscard]] sigstore::TrustedRoot root() const;
};

}  // namespace world
