// The TBSCertificate without its SCT list (RFC 6962 3.2), from a whole certificate: what OpenSSL writes of the same certificate after
// dropping that extension, wherever OpenSSL writes the certificate itself as it was received.
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "base/openssl.h"
#include "sigstore/certificate.h"
#include "sigstore/oid.h"
#include "sigstore/sct.h"
#include "test/fuzz/property.h"

namespace {

using fuzz::require;
using Handle = base::OpensslHandle<X509, X509_free>;

// Encoded anew, not from what OpenSSL keeps of the received bytes.
base::Bytes tbs_of(X509* certificate) {
    unsigned char* out = nullptr;
    const int size = i2d_re_X509_tbs(certificate, &out);
    base::Bytes bytes(out, out + std::max(size, 0));
    OPENSSL_free(out);
    base::clear_openssl_errors();
    return bytes;
}

Handle copy_of(const sigstore::Certificate& certificate) {
    const auto* position = certificate.der().data();
    return Handle(d2i_X509(nullptr, &position, static_cast<long>(certificate.der().size())));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto certificate = sigstore::Certificate::parse(base::BytesView(data, size), "certificate");
    if (!certificate) return 0;
    require(std::ranges::equal(certificate->der(), base::BytesView(data, size)), "a certificate is kept as it was received");
    const auto tbs = certificate->tbs();
    require(tbs.data() >= certificate->der().data() && tbs.size() < certificate->der().size(), "the TBSCertificate is inside");
    const auto spliced = sigstore::precertificate_tbs(*certificate);
    require(!spliced || certificate->extension(sigstore::oid::kSctList), "without a list there is nothing to cut out");
    require(!spliced || spliced->size() < tbs.size(), "something was cut out");
    const auto copy = copy_of(*certificate);
    require(copy != nullptr, "OpenSSL reads what we read");
    if (!spliced || !std::ranges::equal(tbs_of(copy.get()), tbs)) return 0;
    const int place = X509_get_ext_by_NID(copy.get(), NID_ct_precert_scts, -1);
    require(place >= 0, "OpenSSL finds the list too");
    X509_EXTENSION_free(X509_delete_ext(copy.get(), place));
    if (X509_get_ext_count(copy.get()) == 0) return 0;  // OpenSSL then leaves out the field around them
    require(tbs_of(copy.get()) == *spliced, "all other bytes stay");
    return 0;
}
