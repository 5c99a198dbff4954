#include "sigstore/certificate.h"

#include <openssl/x509v3.h>

#include "base/openssl.h"
#include "sigstore/asn1_time.h"
#include "sigstore/der.h"
#include "sigstore/oid.h"

namespace sigstore {

namespace {

struct Outline {
    base::BytesView tbs;
    base::BytesView spki;
};

// RFC 5280 4.1: the bytes of the parts that are hashed and compared, as they stand in the certificate.
std::optional<Outline> outline(base::BytesView der) {
    const auto certificate = der::is_strict(der) ? der::only(der, der::kSequence) : std::nullopt;
    if (!certificate) return std::nullopt;
    const auto tbs = der::Reader(*certificate).next(der::kSequence);
    if (!tbs) return std::nullopt;
    der::Reader fields(tbs->content);
    int before = 5;  // serialNumber, signature, issuer, validity, subject
    if (fields.at(der::context_constructed(0))) ++before;  // version
    for (; before > 0; --before) static_cast<void>(fields.next());
    const auto spki = fields.next(der::kSequence);
    if (!spki) return std::nullopt;
    return Outline{tbs->whole, spki->whole};
}

base::BytesView oid_of(X509_EXTENSION* extension) {
    const auto* const object = X509_EXTENSION_get_object(extension);
    return {OBJ_get0_data(object), OBJ_length(object)};
}

base::BytesView value_of(X509_EXTENSION* extension) {
    const auto* const value = X509_EXTENSION_get_data(extension);
    return {ASN1_STRING_get0_data(value), static_cast<std::size_t>(ASN1_STRING_length(value))};
}

X509_EXTENSION* find_extension(const X509* certificate, base::BytesView oid) {
    for (int i = 0; i < X509_get_ext_count(certificate); ++i) {
        auto* const extension = X509_get_ext(certificate, i);
        if (base::equal(oid_of(extension), oid)) return extension;
    }
    return nullptr;
}

// RFC 5280 4.2: "A certificate MUST NOT include more than one instance of a particular extension." Two would be two
// identities.
bool has_distinct_extensions(const X509* certificate) {
    constexpr int kMostExtensions = 64;
    if (X509_get_ext_count(certificate) > kMostExtensions) return false;
    for (int i = 0; i < X509_get_ext_count(certificate); ++i) {
        auto* const extension = X509_get_ext(certificate, i);
        if (find_extension(certificate, oid_of(extension)) != extension) return false;
    }
    return true;
}

// RFC 5280 4.2.1.12, read by hand: OpenSSL's flags say nothing about purposes that it does not know.
std::optional<Certificate::ExtendedKeyUsage> read_extended_key_usage(const X509* certificate) {
    auto* const extension = find_extension(certificate, oid::kExtendedKeyUsage);
    if (extension == nullptr) return std::nullopt;
    Certificate::ExtendedKeyUsage usage{X509_EXTENSION_get_critical(extension) == 1, {}};
    const auto list = der::only(value_of(extension), der::kSequence);
    if (!list) return usage;  // present without a readable purpose: fits nothing
    der::Reader purposes(*list);
    while (!purposes.at_end()) {
        const auto purpose = purposes.next(der::kObjectIdentifier);
        if (!purpose) return Certificate::ExtendedKeyUsage{usage.is_critical, {}};
        usage.purposes.push_back(purpose->content);
    }
    return usage;
}

Failure unreadable(std::string_view where, std::string_view expected) {
    base::clear_openssl_errors();
    return {FailureCode::malformed, std::string(where), std::string(expected)};
}

}  // namespace

Checked<Certificate> Certificate::parse(base::BytesView der, std::string_view where) {
    if (der.size() > kMaxCertificateSize) {
        return std::unexpected(Failure(FailureCode::limits, std::string(where), "a certificate of at most 64 KiB"));
    }
    base::Bytes owned(der.begin(), der.end());
    const auto parts = outline(owned);
    const unsigned char* position = owned.data();
    std::shared_ptr<X509> handle(d2i_X509(nullptr, &position, static_cast<long>(owned.size())), X509_free);
    if (!parts || !handle) {
        return std::unexpected(unreadable(where, "one DER certificate and nothing behind it"));
    }
    // Fills OpenSSL's cache of extension values now, so that nothing is written to a shared object later; -1 tells of extensions that
    // cannot be read or stand there twice.
    if (X509_check_purpose(handle.get(), -1, 0) != 1) {
        return std::unexpected(unreadable(where, "a certificate whose extensions can be read"));
    }
    if (!has_distinct_extensions(handle.get())) {
        return std::unexpected(unreadable(where, "a certificate with each extension once"));
    }
    const auto not_before = asn1_time(X509_get0_notBefore(handle.get()));
    const auto not_after = asn1_time(X509_get0_notAfter(handle.get()));
    if (!not_before || !not_after) return std::unexpected(unreadable(where, "a certificate with a validity"));
    TRY(auto key, PublicKey::of_certificate(X509_get0_pubkey(handle.get()), parts->spki, std::string(where) + ".subjectPublicKeyInfo"));
    // Moving a vector keeps its storage, so the view stays good.
    auto usage = read_extended_key_usage(handle.get());
    return Certificate(std::make_shared<const Parsed>(
        Parsed{std::move(owned), parts->tbs, std::move(handle), std::move(key), *not_before, *not_after, std::move(usage)}));
}

std::string Certificate::sha256_hex() const { return base::hex_encode(base::sha256(der())); }

bool Certificate::valid_at(base::Time time) const { return not_before() <= time && time <= not_after(); }

bool Certificate::is_ca() const { return (X509_get_extension_flags(handle()) & EXFLAG_CA) != 0; }

bool Certificate::is_authority() const {
    // Without a key usage every use is allowed, and OpenSSL gives all bits.
    return is_ca() && (X509_get_key_usage(handle()) & KU_KEY_CERT_SIGN) != 0;
}

bool Certificate::has_digital_signature() const {
    return (X509_get_extension_flags(handle()) & EXFLAG_KUSAGE) != 0 && (X509_get_key_usage(handle()) & KU_DIGITAL_SIGNATURE) != 0;
}

std::optional<base::BytesView> Certificate::extension(base::BytesView oid) const {
    auto* const found = find_extension(handle(), oid);
    if (found == nullptr) return std::nullopt;
    return value_of(found);
}

}  // namespace sigstore
