// Keys, certificates and timestamps of the tests' own, for rules that no edited document can reach because something is
// signed.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "sigstore/authority.h"
#include "sigstore/certificate.h"
#include "sigstore/public_key.h"
#include "sigstore/transparency_log.h"
#include "sigstore/trusted_root.h"

namespace makers {

struct Key {
    std::shared_ptr<EVP_PKEY> handle;
    [[nodiscard]] base::Bytes spki() const;
    [[nodiscard]] base::Bytes pkcs1() const;  // RSAPublicKey
    [[nodiscard]] sigstore::PublicKey public_key() const;
    // SHA-256 and DER or PKCS#1 v1.5; Ed25519 takes the message itself.
    [[nodiscard]] base::Bytes sign(base::BytesView message, std::string_view hash = "SHA256") const;
    [[nodiscard]] base::Bytes sign_pss(base::BytesView message) const;        // RSA, SHA-256
    [[nodiscard]] base::Bytes sign_ed25519ph(base::BytesView message) const;  // Ed25519
};
[[nodiscard]] Key key(std::string_view kind = "P-256");  // a curve, "rsa1024" to "rsa8192", "ed25519"

struct Extension {
    std::string oid;  // dotted
    bool is_critical;
    base::Bytes value;
};
[[nodiscard]] Extension key_usage_signing();
[[nodiscard]] Extension key_usage_ca();
[[nodiscard]] Extension basic_constraints_ca();
[[nodiscard]] Extension extended_key_usage(std::vector<std::string> oids, bool is_critical = false);
[[nodiscard]] Extension san(base::Bytes general_names);  // the content of GeneralNames
[[nodiscard]] Extension san_email(std::string_view address);
[[nodiscard]] Extension fulcio_issuer(std::string_view issuer);      // .1.8
[[nodiscard]] Extension fulcio_issuer_raw(std::string_view issuer);  // .1.1
[[nodiscard]] base::Bytes oid_content(std::string_view dotted);
[[nodiscard]] base::Bytes utf8_string(std::string_view text);

inline constexpr std::string_view kCodeSigning = "1.3.6.1.5.5.7.3.3";
inline constexpr std::string_view kTimeStamping = "1.3.6.1.5.5.7.3.8";
inline constexpr std::string_view kServerAuth = "1.3.6.1.5.5.7.3.1";

struct Spec {
    std::string subject = "leaf";
    std::string issuer = "leaf";
    std::int64_t not_before = 1'000;
    std::int64_t not_after = 2'000;
    std::vector<Extension> extensions;
    std::string hash = "SHA256";  // of its issuer's signature
};
[[nodiscard]] base::Bytes certificate_der(const Spec& spec, const Key& subject_key, const Key& issuer_key);
[[nodiscard]] sigstore::Certificate certificate(const Spec& spec, const Key& subject_key, const Key& issuer_key);

// A root, an intermediate and what a leaf of it has by default.
struct Ca {
    Key root_key = key();
    Key issuer_key = key();
    Spec root_spec{"root", "root", 0, 10'000, {key_usage_ca(), basic_constraints_ca()}};
    Spec issuer_spec{
        "issuer", "root", 0, 10'000, {key_usage_ca(), basic_constraints_ca(), extended_key_usage({std::string(kCodeSigning)})}};
    Spec leaf_spec{"leaf",
                   "issuer",
                   1'000,
                   2'000,
                   {key_usage_signing(), extended_key_usage({std::string(kCodeSigning)}), san_email("foo@bar.com"),
                    fulcio_issuer("https://issuer.example")}};
    [[nodiscard]] std::vector<base::Bytes> chain() const;  // issuer, root
    [[nodiscard]] sigstore::Certificate leaf(const Key& key) const { return certificate(leaf_spec, key, issuer_key); }
};

// JSON of a trusted root with what is given, for TrustedRoot::parse.
struct RootParts {
    std::vector<std::string> logs;
    std::vector<std::string> certificate_logs;
    std::vector<std::string> authorities;
    std::vector<std::string> timestamp_authorities;
};
[[nodiscard]] std::string root_json(const RootParts& parts);
// `window` is the JSON of validFor.
[[nodiscard]] std::string authority_json(const std::vector<base::Bytes>& chain,
                                         std::string_view window = R"({"start":"1970-01-01T00:00:00Z"})",
                                         std::string_view uri = "https://ca.example");
[[nodiscard]] std::string log_json(base::BytesView key, std::string_view details, base::BytesView id,
                                   std::string_view url = "https://log.example",
                                   std::string_view window = R"({"start":"1970-01-01T00:00:00Z"})");
[[nodiscard]] std::string ecdsa_log_json(const Key& key, std::string_view url = "https://log.example");
[[nodiscard]] std::string ed25519_log_json(const Key& key, std::string_view name = "log.example");

[[nodiscard]] base::Time at(std::int64_t seconds);

}  // namespace makers
