#include "sigstore/timestamp_token.h"

#include <openssl/ess.h>
#include <openssl/ts.h>

#include "base/openssl.h"
#include "sigstore/asn1_time.h"
#include "sigstore/der.h"
#include "sigstore/oid.h"

namespace sigstore {

namespace {

constexpr int kMaxEmbeddedCertificates = 10;

using TstInfoHandle = base::OpensslHandle<TS_TST_INFO, TS_TST_INFO_free>;
using SigningCertificateHandle = base::OpensslHandle<ESS_SIGNING_CERT, ESS_SIGNING_CERT_free>;
using SigningCertificateV2Handle = base::OpensslHandle<ESS_SIGNING_CERT_V2, ESS_SIGNING_CERT_V2_free>;
void free_shared_stack(STACK_OF(X509) * stack) { sk_X509_free(stack); }
void free_owned_stack(STACK_OF(X509) * stack) { sk_X509_pop_free(stack, X509_free); }
using SharedStack = base::OpensslHandle<STACK_OF(X509), free_shared_stack>;
using OwnedStack = base::OpensslHandle<STACK_OF(X509), free_owned_stack>;

base::BytesView view_of(const ASN1_STRING* text) {
    return {ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text))};
}

// SHA-1 and everything else is refused; parameters may be NULL or absent, so only the identifier counts.
std::optional<base::HashAlgorithm> hash_of(const X509_ALGOR* algorithm) {
    const ASN1_OBJECT* object = nullptr;
    X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
    switch (OBJ_obj2nid(object)) {
        case NID_sha256: return base::HashAlgorithm::sha256;
        case NID_sha384: return base::HashAlgorithm::sha384;
        case NID_sha512: return base::HashAlgorithm::sha512;
        default: return std::nullopt;
    }
}

bool is_integer(const std::optional<der::Element>& element, std::uint8_t value) {
    return element && base::equal(element->content, base::BytesView(&value, 1));
}

// TimeStampResp ::= SEQUENCE { status PKIStatusInfo, timeStampToken ContentInfo OPTIONAL }; status 0 is granted. 1,
// granted with modifications, is refused: what was modified is not told.
std::optional<base::BytesView> granted_token(base::BytesView response) {
    const auto fields = der::is_strict(response) ? der::only(response, der::kSequence) : std::nullopt;
    if (!fields) return std::nullopt;
    der::Reader reader(*fields);
    const auto status_info = reader.next(der::kSequence);
    const auto token = reader.next(der::kSequence);
    if (!token || !reader.at_end()) return std::nullopt;
    der::Reader status(status_info->content);
    if (!is_integer(status.next(der::kInteger), 0)) return std::nullopt;
    if (status.at(der::kSequence)) static_cast<void>(status.next());  // statusString, free text
    return status.at_end() ? std::optional(token->whole) : std::nullopt;
}

// AlgorithmIdentifier of a SHA-2 hash; its parameters are absent or NULL (RFC 5754 section 2).
bool is_sha2(base::BytesView algorithm) {
    der::Reader reader(algorithm);
    const auto id = reader.next(der::kObjectIdentifier);
    const auto parameters = reader.next(der::kNull);
    if (!id || !reader.at_end() || (parameters && !parameters->content.empty())) return false;
    return base::equal(id->content, oid::kSha256) || base::equal(id->content, oid::kSha384) || base::equal(id->content, oid::kSha512);
}

// SignedData ::= SEQUENCE { version 3, digestAlgorithms, encapContentInfo, [0] certificates OPTIONAL, signerInfos }
// (RFC 5652 5.1). Its outer fields are under no signature and OpenSSL ignores most of them: they are held to the one
// form that timestamps have, so that no byte of a stored token can be changed unnoticed; but for the certificates, of which only one that
// the signature names is ever used. OpenSSL has read the token before: what is no SignedData does not come here.
bool has_plain_outline(base::BytesView token) {
    der::Reader content_info(*der::only(token, der::kSequence));
    static_cast<void>(content_info.next(der::kObjectIdentifier));
    der::Reader fields(*der::only(content_info.next(der::context_constructed(0))->content, der::kSequence));
    const bool is_version_3 = is_integer(fields.next(der::kInteger), 3);
    const auto digest = der::only(fields.next(der::kSet)->content, der::kSequence);
    static_cast<void>(fields.next(der::kSequence));  // encapContentInfo
    if (fields.at(der::context_constructed(0))) static_cast<void>(fields.next());
    const auto signers = fields.next(der::kSet);  // not there: revocation lists are in its place
    const auto signer = signers ? der::only(signers->content, der::kSequence) : std::nullopt;
    if (!is_version_3 || !digest || !is_sha2(*digest) || !signer) return false;
    der::Reader signer_fields(*signer);
    const bool is_version_1 = is_integer(signer_fields.next(der::kInteger), 1);
    static_cast<void>(signer_fields.next(der::kSequence));  // issuerAndSerialNumber
    const auto signer_digest = signer_fields.next(der::kSequence);  // not there: the signer is named by key
    static_cast<void>(signer_fields.next(der::context_constructed(0)));  // signedAttrs
    static_cast<void>(signer_fields.next(der::kSequence));               // signatureAlgorithm
    static_cast<void>(signer_fields.next(der::kOctetString));            // signature
    // Not at the end: there are attributes that nobody signed, or OpenSSL has read an element under another tag.
    return is_version_1 && signer_digest && is_sha2(signer_digest->content) && signer_fields.at_end();
}

std::shared_ptr<CMS_ContentInfo> parse_cms(base::BytesView token) {
    const unsigned char* position = token.data();
    std::shared_ptr<CMS_ContentInfo> cms(d2i_CMS_ContentInfo(nullptr, &position, static_cast<long>(token.size())), CMS_ContentInfo_free);
    if (!cms || OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed) return nullptr;
    if (OBJ_obj2nid(CMS_get0_eContentType(cms.get())) != NID_id_smime_ct_TSTInfo) return nullptr;
    if (*CMS_get0_content(cms.get()) == nullptr || !has_plain_outline(token)) return nullptr;
    return cms;
}

// has_plain_outline(): there is one, named by issuer and serial number.
CMS_SignerInfo* only_signer(CMS_ContentInfo* cms) { return sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0); }

// The value of a signed attribute that occurs once, with one value of this ASN.1 type; the type decides how OpenSSL's
// void pointer is to be read (CVE-2025-69420).
template <typename T>
const T* attribute(CMS_SignerInfo* signer, int nid, int type) {
    constexpr int kExactlyOnce = -3;
    return static_cast<const T*>(CMS_signed_get0_data_by_OBJ(signer, OBJ_nid2obj(nid), kExactlyOnce, type));
}

// The signature's algorithm is the signer's key and the digest of the attributes, by name: nothing else in the token
// signs it.
bool has_fitting_algorithms(CMS_SignerInfo* signer, const PublicKey& key) {
    X509_ALGOR* digest = nullptr;
    X509_ALGOR* signature = nullptr;
    CMS_SignerInfo_get0_algs(signer, nullptr, nullptr, &digest, &signature);
    const ASN1_OBJECT* object = nullptr;
    int parameters = V_ASN1_UNDEF;
    X509_ALGOR_get0(&object, &parameters, nullptr, signature);
    if (parameters != V_ASN1_UNDEF && parameters != V_ASN1_NULL) return false;  // RFC 3370 section 3.2, RFC 5754 section 3.3
    const int key_id = key.kind() == KeyKind::rsa ? NID_rsaEncryption : NID_X9_62_id_ecPublicKey;
    int signed_digest = NID_undef;
    int signing_key = NID_undef;
    if (OBJ_find_sigid_algs(OBJ_obj2nid(object), &signed_digest, &signing_key) != 1) return OBJ_obj2nid(object) == key_id;
    const ASN1_OBJECT* digest_object = nullptr;
    X509_ALGOR_get0(&digest_object, nullptr, nullptr, digest);
    return signing_key == key_id && signed_digest == OBJ_obj2nid(digest_object);
}

bool signing_time_fits(CMS_SignerInfo* signer, const Certificate& certificate) {
    if (CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1) < 0) return true;
    const auto* value = attribute<ASN1_STRING>(signer, NID_pkcs9_signingTime, V_ASN1_UTCTIME);
    if (value == nullptr) value = attribute<ASN1_STRING>(signer, NID_pkcs9_signingTime, V_ASN1_GENERALIZEDTIME);
    const auto time = value == nullptr ? std::nullopt : asn1_time(value);
    return time && certificate.valid_at(*time);
}

template <typename Handle, auto Decode>
Handle decode_attribute(CMS_SignerInfo* signer, int nid) {
    const auto* const value = attribute<ASN1_STRING>(signer, nid, V_ASN1_SEQUENCE);
    if (value == nullptr) return nullptr;
    const auto bytes = view_of(value);
    const unsigned char* position = bytes.data();
    Handle decoded(Decode(nullptr, &position, static_cast<long>(bytes.size())));
    if (position != bytes.data() + bytes.size()) return nullptr;
    return decoded;
}

// RFC 3161 2.4.1: the attribute names the signer's certificate by hash, so that another one with the same key cannot
// take its place.
bool names_path(CMS_SignerInfo* signer, const Path& path) {
    const auto v1 = decode_attribute<SigningCertificateHandle, d2i_ESS_SIGNING_CERT>(signer, NID_id_smime_aa_signingCertificate);
    const auto v2 = decode_attribute<SigningCertificateV2Handle, d2i_ESS_SIGNING_CERT_V2>(signer, NID_id_smime_aa_signingCertificateV2);
    const SharedStack chain(sk_X509_new_null());
    if (!chain) return false;
    for (const auto& certificate : path) {
        if (sk_X509_push(chain.get(), certificate.handle()) == 0) return false;
    }
    constexpr int kRequired = 1;
    return OSSL_ESS_check_signing_certs(v1.get(), v2.get(), chain.get(), kRequired) == 1;
}

}  // namespace

Checked<TimestampToken> TimestampToken::parse(base::BytesView response, const std::string& where) {
    const auto refuse = [&](std::string expected) {
        base::clear_openssl_errors();
        return std::unexpected(Failure(FailureCode::timestamp, where, std::move(expected)));
    };
    const auto bytes = granted_token(response);
    if (!bytes) return refuse("a granted RFC 3161 response and nothing behind it");
    TimestampToken token;
    token.cms_ = parse_cms(*bytes);
    if (!token.cms_) return refuse("TSTInfo signed by exactly one signer, who is named by issuer and serial number");
    token.signer_info_ = only_signer(token.cms_.get());
    if (!token.read_info()) return refuse("TSTInfo version 1 with a SHA-2 imprint and a time");
    if (!token.has_consistent_attributes()) return refuse("signed attributes that fit the content");
    base::clear_openssl_errors();
    return token;
}

base::BytesView TimestampToken::content() const { return view_of(*CMS_get0_content(cms_.get())); }

bool TimestampToken::read_info() {
    const auto bytes = content();
    const unsigned char* position = bytes.data();
    const TstInfoHandle info(d2i_TS_TST_INFO(nullptr, &position, static_cast<long>(bytes.size())));
    if (!info || position != bytes.data() + bytes.size() || TS_TST_INFO_get_version(info.get()) != 1) return false;
    auto* const imprint = TS_TST_INFO_get_msg_imprint(info.get());
    const auto algorithm = hash_of(TS_MSG_IMPRINT_get_algo(imprint));
    const auto time = asn1_time(TS_TST_INFO_get_time(info.get()));
    if (!algorithm || !time) return false;
    const auto digest = view_of(TS_MSG_IMPRINT_get_msg(imprint));
    imprint_algorithm_ = *algorithm;
    imprint_.assign(digest.begin(), digest.end());
    time_ = *time;
    return true;
}

// RFC 5652 11.1 and 11.2. OpenSSL compares the digest only when it verifies the content itself, and the content type
// not at all.
bool TimestampToken::has_consistent_attributes() const {
    X509_ALGOR* digest_algorithm = nullptr;
    CMS_SignerInfo_get0_algs(signer_info_, nullptr, nullptr, &digest_algorithm, nullptr);
    const auto algorithm = hash_of(digest_algorithm);
    const auto* const type = attribute<ASN1_OBJECT>(signer_info_, NID_pkcs9_contentType, V_ASN1_OBJECT);
    const auto* const digest = attribute<ASN1_STRING>(signer_info_, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING);
    if (!algorithm || type == nullptr || digest == nullptr || OBJ_obj2nid(type) != NID_id_smime_ct_TSTInfo) return false;
    return base::equal(view_of(digest), base::hash(*algorithm, content()));
}

bool TimestampToken::is_about(base::BytesView signature) const { return base::hash(imprint_algorithm_, signature) == imprint_; }

bool TimestampToken::names_signer(const Certificate& certificate) const {
    const bool is_named = CMS_SignerInfo_cert_cmp(signer_info_, certificate.handle()) == 0 || names_path(signer_info_, {certificate});
    base::clear_openssl_errors();
    return is_named;
}

std::optional<Certificate> TimestampToken::embedded_signer() const {
    const OwnedStack embedded(CMS_get1_certs(cms_.get()));
    if (!embedded || sk_X509_num(embedded.get()) > kMaxEmbeddedCertificates) return std::nullopt;
    for (int i = 0; i < sk_X509_num(embedded.get()); ++i) {
        auto* const candidate = sk_X509_value(embedded.get(), i);
        if (CMS_SignerInfo_cert_cmp(signer_info_, candidate) != 0) continue;
        unsigned char* encoded = nullptr;
        const int size = i2d_X509(candidate, &encoded);
        if (size <= 0) return std::nullopt;
        auto certificate = Certificate::parse({encoded, static_cast<std::size_t>(size)}, "timestamp");
        OPENSSL_free(encoded);
        if (!certificate) return std::nullopt;
        return *std::move(certificate);
    }
    return std::nullopt;
}

bool TimestampToken::is_signed_by(const Path& path) const {
    CMS_SignerInfo_set1_signer_cert(signer_info_, path.front().handle());
    const bool good = CMS_SignerInfo_cert_cmp(signer_info_, path.front().handle()) == 0 &&
                      has_fitting_algorithms(signer_info_, path.front().key()) && CMS_SignerInfo_verify(signer_info_) == 1 &&
                      names_path(signer_info_, path) && signing_time_fits(signer_info_, path.front());
    base::clear_openssl_errors();
    return good;
}

}  // namespace sigstore
