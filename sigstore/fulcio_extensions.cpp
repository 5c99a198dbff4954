#include "sigstore/fulcio_extensions.h"

#include <algorithm>

#include "sigstore/der.h"
#include "sigstore/oid.h"

namespace sigstore {

namespace {

constexpr std::string_view kSanPlace = "certificate.subjectAltName";
constexpr std::size_t kLongestText = 4096;

std::unexpected<Failure> refuse(std::string_view where, std::string expected, std::string found = {}) {
    return std::unexpected(Failure(FailureCode::identity, std::string(where), std::move(expected), std::move(found)));
}

bool is_control(std::uint8_t byte) { return byte < 0x20 || byte == 0x7F; }

Checked<std::string> clean_text(base::BytesView bytes, std::string_view where) {
    if (bytes.empty() || bytes.size() > kLongestText || std::ranges::any_of(bytes, is_control)) {
        return refuse(where, "a text of 1 to 4096 bytes without control characters");
    }
    return std::string(base::as_text(bytes));
}

Checked<std::string> ia5_text(base::BytesView bytes) {
    if (std::ranges::any_of(bytes, [](std::uint8_t byte) { return byte >= 0x80; })) return refuse(kSanPlace, "an IA5String");
    return clean_text(bytes, kSanPlace);
}

// OtherName ::= SEQUENCE { type-id OBJECT IDENTIFIER, value [0] EXPLICIT ANY }, the sequence tag replaced by [0].
Checked<std::string> user_name(base::BytesView content) {
    der::Reader reader(content);
    const auto type = reader.next(der::kObjectIdentifier);
    const auto value = reader.next(der::context_constructed(0));
    if (!type || !value || !reader.at_end() || !base::equal(type->content, oid::kFulcioUserName)) {
        return refuse(kSanPlace, "a Fulcio user name");
    }
    const auto text = der::only(value->content, der::kUtf8String);
    if (!text) return refuse(kSanPlace, "a user name as UTF8String");
    return clean_text(*text, kSanPlace);
}

Checked<std::string> subject_of(const Certificate& certificate) {
    const auto extension = certificate.extension(oid::kSubjectAlternativeName);
    const auto names = extension ? der::only(*extension, der::kSequence) : std::nullopt;
    if (!names) return refuse(kSanPlace, "one name", extension ? "an unreadable extension" : "no extension");
    der::Reader reader(*names);
    const auto name = reader.next();
    // With two names, one that fits would vouch for the other.
    if (!name || !reader.at_end()) return refuse(kSanPlace, "exactly one name");
    if (name->tag == der::context(1) || name->tag == der::context(6)) return ia5_text(name->content);  // rfc822Name, URI
    if (name->tag == der::context_constructed(0)) return user_name(name->content);
    return refuse(kSanPlace, "an e-mail address, a URI or a user name");
}

Checked<std::string> issuer_of(const Certificate& certificate) {
    constexpr std::string_view kPlace = "certificate.1.3.6.1.4.1.57264.1.8";
    const auto raw = certificate.extension(oid::kFulcioIssuerRaw);
    const auto encoded = certificate.extension(oid::kFulcioIssuer);
    if (!raw && !encoded) return refuse(kPlace, "the issuer of the identity token", "neither .1.8 nor .1.1");
    if (!encoded) return clean_text(*raw, "certificate.1.3.6.1.4.1.57264.1.1");
    const auto text = der::only(*encoded, der::kUtf8String);
    if (!text) return refuse(kPlace, "one UTF8String");
    // Readers differ in which of the two they take (cosign .1.1, sigstore-go .1.8): they may not tell two stories.
    if (raw && !base::equal(*raw, *text)) {
        return refuse(kPlace, "the issuer of .1.1, " + std::string(base::as_text(*raw)), std::string(base::as_text(*text)));
    }
    return clean_text(*text, kPlace);
}

}  // namespace

Checked<CertificateIdentity> identity_of(const Certificate& certificate) {
    TRY(auto subject, subject_of(certificate));
    TRY(auto issuer, issuer_of(certificate));
    return CertificateIdentity{std::move(subject), std::move(issuer)};
}

}  // namespace sigstore
