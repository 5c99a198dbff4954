// The extensions of a certificate (sigstore-verification 3.5): the input stands where the extensions of a real certificate stood.
#include <algorithm>
#include <array>

#include "sigstore/certificate.h"
#include "sigstore/fulcio_extensions.h"
#include "sigstore/oid.h"
#include "test/fuzz/property.h"
#include "test/fuzz/spliced_certificate.h"

namespace {

using fuzz::require;

constexpr std::array<std::uint8_t, 3> kBasicConstraints{0x55, 0x1D, 0x13};  // 2.5.29.19

bool is_plain(std::string_view text) {
    return !text.empty() && std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto der = fuzz::certificate_with(base::BytesView(data, size));
    const auto certificate = sigstore::Certificate::parse(der, "certificate");
    if (!certificate) return 0;
    require(certificate->der() == der, "a certificate is kept as it was received");
    require(!certificate->is_authority() || certificate->extension(kBasicConstraints), "an authority says so");
    const auto& usage = certificate->extended_key_usage();
    require(usage.has_value() == certificate->extension(sigstore::oid::kExtendedKeyUsage).has_value(), "no usage is overlooked");
    const auto identity = sigstore::identity_of(*certificate);
    if (!identity) return 0;
    require(is_plain(identity->subject) && is_plain(identity->issuer), "an identity is text without control bytes");
    require(certificate->extension(sigstore::oid::kSubjectAlternativeName).has_value(), "a subject comes from its extension");
    return 0;
}
