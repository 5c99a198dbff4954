// SignedCertificateTimestampList (RFC 6962 3.3): TLS encodings have one form, so what is read can be written back to the same bytes;
// and OpenSSL, where it reads the list, sees the same.
#include <openssl/ct.h>

#include "base/openssl.h"
#include "sigstore/der.h"
#include "sigstore/oid.h"
#include "sigstore/sct.h"
#include "test/fuzz/property.h"
#include "test/fuzz/spliced_certificate.h"

namespace {

using fuzz::require;
using List = base::OpensslHandle<STACK_OF(SCT), SCT_LIST_free>;

void append16(base::Bytes& out, std::size_t number) {
    out.push_back(static_cast<std::uint8_t>(number >> 8));
    out.push_back(static_cast<std::uint8_t>(number));
}

void append_vector(base::Bytes& out, base::BytesView content) {
    append16(out, content.size());
    sigstore::der::append(out, content);
}

base::Bytes written(const std::vector<sigstore::Sct>& scts) {
    base::Bytes list;
    for (const auto& sct : scts) {
        base::Bytes one{0};
        sigstore::der::append(one, sct.log_id);
        for (int shift = 56; shift >= 0; shift -= 8) one.push_back(static_cast<std::uint8_t>(sct.timestamp >> shift));
        append_vector(one, sct.extensions);
        one.push_back(sct.hash_algorithm);
        one.push_back(sct.signature_algorithm);
        append_vector(one, sct.signature);
        append_vector(list, one);
    }
    base::Bytes whole;
    append_vector(whole, list);
    return whole;
}

void compare(const std::vector<sigstore::Sct>& ours, base::BytesView input) {
    const auto* position = input.data();
    const List theirs(o2i_SCT_LIST(nullptr, &position, input.size()));
    base::clear_openssl_errors();
    if (!theirs) return;  // it refuses pairs of algorithms that it does not know, which count for nothing with us
    require(static_cast<std::size_t>(sk_SCT_num(theirs.get())) == ours.size(), "OpenSSL sees as many");
    for (int i = 0; i < sk_SCT_num(theirs.get()); ++i) {
        require(SCT_get_timestamp(sk_SCT_value(theirs.get(), i)) == ours[static_cast<std::size_t>(i)].timestamp,
                "OpenSSL sees the same time");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::BytesView input(data, size);
    const auto extension = fuzz::extension(sigstore::oid::kSctList, sigstore::der::encode(sigstore::der::kOctetString, input));
    const auto certificate = sigstore::Certificate::parse(fuzz::certificate_with(extension), "certificate");
    if (!certificate) return 0;
    const auto scts = sigstore::embedded_scts(*certificate);
    if (!scts) return 0;
    require(scts->size() <= 16, "at most 16 timestamps");
    require(base::equal(written(*scts), input), "what is read is all that stands there");
    compare(*scts, input);
    return 0;
}
