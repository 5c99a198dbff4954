#include "test/fuzz/spliced_certificate.h"

#include "sigstore/der.h"
#include "test/fuzz/signed_images.h"

namespace fuzz {

namespace der = sigstore::der;

namespace {

// Everything of the TBSCertificate in front of its extensions, and what follows the TBSCertificate.
struct Frame {
    base::Bytes fields;
    base::Bytes behind;
};

Frame frame_of(const sigstore::Certificate& certificate) {
    Frame frame;
    der::Reader fields(der::only(certificate.tbs(), der::kSequence).value());
    while (!fields.at(der::context_constructed(3))) der::append(frame.fields, fields.next().value().whole);
    der::Reader outer(der::only(certificate.der(), der::kSequence).value());
    (void)outer.next();
    while (!outer.at_end()) der::append(frame.behind, outer.next().value().whole);
    return frame;
}

}  // namespace

base::Bytes certificate_with(base::BytesView extensions) {
    static const auto frame = frame_of(*signed_images().front().bundle.certificate());
    auto fields = frame.fields;
    der::append(fields, der::encode(der::context_constructed(3), der::encode(der::kSequence, extensions)));
    auto whole = der::encode(der::kSequence, fields);
    der::append(whole, frame.behind);
    return der::encode(der::kSequence, whole);
}

base::Bytes extension(base::BytesView oid, base::BytesView value) {
    auto content = der::encode(der::kObjectIdentifier, oid);
    der::append(content, der::encode(der::kOctetString, value));
    return der::encode(der::kSequence, content);
}

}  // namespace fuzz
