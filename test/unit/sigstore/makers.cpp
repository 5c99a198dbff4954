#include "test/unit/sigstore/makers.h"

#include <openssl/ec.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <sodium/crypto_sign_ed25519.h>

#include "base/openssl.h"
#include "sigstore/der.h"
#include "test/support/catch.h"

namespace makers {

namespace {

using ObjectHandle = base::OpensslHandle<ASN1_OBJECT, ASN1_OBJECT_free>;
using OctetsHandle = base::OpensslHandle<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>;
using ExtensionHandle = base::OpensslHandle<X509_EXTENSION, X509_EXTENSION_free>;
using NameHandle = base::OpensslHandle<X509_NAME, X509_NAME_free>;

template <typename T, typename Encode>
base::Bytes encoded(T* object, Encode encode) {
    unsigned char* out = nullptr;
    const int size = encode(object, &out);
    REQUIRE(size > 0);
    base::Bytes bytes(out, out + size);
    OPENSSL_free(out);
    return bytes;
}

NameHandle name(const std::string& common_name) {
    NameHandle result(X509_NAME_new());
    const auto* text = reinterpret_cast<const unsigned char*>(common_name.data());
    X509_NAME_add_entry_by_txt(result.get(), "CN", MBSTRING_UTF8, text, static_cast<int>(common_name.size()), -1, 0);
    return result;
}

void add(X509* certificate, const Extension& extension) {
    const ObjectHandle object(OBJ_txt2obj(extension.oid.c_str(), 1));
    const OctetsHandle value(ASN1_OCTET_STRING_new());
    ASN1_OCTET_STRING_set(value.get(), extension.value.data(), static_cast<int>(extension.value.size()));
    const ExtensionHandle made(X509_EXTENSION_create_by_OBJ(nullptr, object.get(), extension.is_critical ? 1 : 0, value.get()));
    REQUIRE(X509_add_ext(certificate, made.get(), -1) == 1);
}

std::string joined(const std::vector<std::string>& parts) {
    std::string out;
    for (const auto& part : parts) out += (out.empty() ? "" : ",") + part;
    return out;
}

}  // namespace

base::Bytes Key::spki() const { return encoded(handle.get(), i2d_PUBKEY); }

sigstore::PublicKey Key::public_key() const { return sigstore::PublicKey::from_spki(spki(), "").value(); }

base::Bytes Key::pkcs1() const {
    unsigned char* out = nullptr;
    const int size = i2d_PublicKey(handle.get(), &out);
    REQUIRE(size > 0);
    base::Bytes bytes(out, out + size);
    OPENSSL_free(out);
    return bytes;
}

base::Bytes Key::sign(base::BytesView message, std::string_view hash) const {
    const base::MdContextHandle context(EVP_MD_CTX_new());
    const auto* method = EVP_PKEY_get_base_id(handle.get()) == EVP_PKEY_ED25519 ? nullptr : EVP_get_digestbyname(std::string(hash).c_str());
    REQUIRE(EVP_DigestSignInit(context.get(), nullptr, method, nullptr, handle.get()) == 1);
    std::size_t size = 0;
    REQUIRE(EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) == 1);
    base::Bytes signature(size);
    REQUIRE(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) == 1);
    signature.resize(size);
    return signature;
}

base::Bytes Key::sign_pss(base::BytesView message) const {
    const base::MdContextHandle context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* inner = nullptr;
    REQUIRE(EVP_DigestSignInit(context.get(), &inner, EVP_sha256(), nullptr, handle.get()) == 1);
    REQUIRE(EVP_PKEY_CTX_set_rsa_padding(inner, RSA_PKCS1_PSS_PADDING) == 1);
    base::Bytes signature(static_cast<std::size_t>(EVP_PKEY_get_size(handle.get())));
    std::size_t size = signature.size();
    REQUIRE(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) == 1);
    return signature;
}

base::Bytes Key::sign_ed25519ph(base::BytesView message) const {
    base::Bytes seed(crypto_sign_ed25519_SEEDBYTES);
    std::size_t size = seed.size();
    REQUIRE(EVP_PKEY_get_raw_private_key(handle.get(), seed.data(), &size) == 1);
    base::Bytes public_half(crypto_sign_ed25519_PUBLICKEYBYTES);
    base::Bytes secret(crypto_sign_ed25519_SECRETKEYBYTES);
    REQUIRE(crypto_sign_ed25519_seed_keypair(public_half.data(), secret.data(), seed.data()) == 0);
    crypto_sign_ed25519ph_state state;
    crypto_sign_ed25519ph_init(&state);
    crypto_sign_ed25519ph_update(&state, message.data(), message.size());
    base::Bytes signature(crypto_sign_ed25519_BYTES);
    REQUIRE(crypto_sign_ed25519ph_final_create(&state, signature.data(), nullptr, secret.data()) == 0);
    return signature;
}

Key key(std::string_view kind) {
    EVP_PKEY* made = nullptr;
    if (kind == "ed25519") {
        made = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    } else if (kind.starts_with("rsa")) {
        made = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(std::stoul(std::string(kind.substr(3)))));
    } else {
        made = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", std::string(kind).c_str());
    }
    REQUIRE(made != nullptr);
    return {std::shared_ptr<EVP_PKEY>(made, EVP_PKEY_free)};
}

Extension key_usage_signing() { return {"2.5.29.15", true, {0x03, 0x02, 0x07, 0x80}}; }
Extension key_usage_ca() { return {"2.5.29.15", true, {0x03, 0x02, 0x01, 0x06}}; }
Extension basic_constraints_ca() { return {"2.5.29.19", true, {0x30, 0x03, 0x01, 0x01, 0xFF}}; }

base::Bytes oid_content(std::string_view dotted) {
    const ObjectHandle object(OBJ_txt2obj(std::string(dotted).c_str(), 1));
    REQUIRE(object != nullptr);
    return {OBJ_get0_data(object.get()), OBJ_get0_data(object.get()) + OBJ_length(object.get())};
}

Extension extended_key_usage(std::vector<std::string> oids, bool is_critical) {
    base::Bytes content;
    for (const auto& oid : oids) {
        sigstore::der::append(content, sigstore::der::encode(sigstore::der::kObjectIdentifier, oid_content(oid)));
    }
    return {"2.5.29.37", is_critical, sigstore::der::encode(sigstore::der::kSequence, content)};
}

Extension san(base::Bytes general_names) { return {"2.5.29.17", true, sigstore::der::encode(sigstore::der::kSequence, general_names)}; }
Extension san_email(std::string_view address) { return san(sigstore::der::encode(sigstore::der::context(1), base::as_bytes(address))); }
base::Bytes utf8_string(std::string_view text) { return sigstore::der::encode(sigstore::der::kUtf8String, base::as_bytes(text)); }
Extension fulcio_issuer(std::string_view issuer) { return {"1.3.6.1.4.1.57264.1.8", false, utf8_string(issuer)}; }
Extension fulcio_issuer_raw(std::string_view issuer) { return {"1.3.6.1.4.1.57264.1.1", false, base::to_bytes(issuer)}; }

base::Bytes certificate_der(const Spec& spec, const Key& subject_key, const Key& issuer_key) {
    const base::X509Handle made(X509_new());
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 7);
    X509_set_subject_name(made.get(), name(spec.subject).get());
    X509_set_issuer_name(made.get(), name(spec.issuer).get());
    ASN1_TIME_set(X509_getm_notBefore(made.get()), spec.not_before);
    ASN1_TIME_set(X509_getm_notAfter(made.get()), spec.not_after);
    X509_set_pubkey(made.get(), subject_key.handle.get());
    for (const auto& extension : spec.extensions) add(made.get(), extension);
    const bool is_ed25519 = EVP_PKEY_get_base_id(issuer_key.handle.get()) == EVP_PKEY_ED25519;
    REQUIRE(X509_sign(made.get(), issuer_key.handle.get(), is_ed25519 ? nullptr : EVP_get_digestbyname(spec.hash.c_str())) > 0);
    return encoded(made.get(), i2d_X509);
}

sigstore::Certificate certificate(const Spec& spec, const Key& subject_key, const Key& issuer_key) {
    auto parsed = sigstore::Certificate::parse(certificate_der(spec, subject_key, issuer_key), "certificate");
    if (!parsed) FAIL(parsed.error().text());
    return *std::move(parsed);
}

std::vector<base::Bytes> Ca::chain() const {
    return {certificate_der(issuer_spec, issuer_key, root_key), certificate_der(root_spec, root_key, root_key)};
}

std::string root_json(const RootParts& parts) {
    return R"({"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","tlogs":[)" + joined(parts.logs) +
           R"(],"ctlogs":[)" + joined(parts.certificate_logs) + R"(],"certificateAuthorities":[)" + joined(parts.authorities) +
           R"(],"timestampAuthorities":[)" + joined(parts.timestamp_authorities) + "]}";
}

std::string authority_json(const std::vector<base::Bytes>& chain, std::string_view window, std::string_view uri) {
    std::vector<std::string> certificates;
    for (const auto& der : chain) certificates.push_back(R"({"rawBytes":")" + base::base64_encode(der) + "\"}");
    return R"({"uri":")" + std::string(uri) + R"(","certChain":{"certificates":[)" + joined(certificates) + R"(]},"validFor":)" +
           std::string(window) + "}";
}

std::string log_json(base::BytesView key, std::string_view details, base::BytesView id, std::string_view url, std::string_view window) {
    return R"({"baseUrl":")" + std::string(url) + R"(","hashAlgorithm":"SHA2_256","publicKey":{"rawBytes":")" + base::base64_encode(key) +
           R"(","keyDetails":")" + std::string(details) + R"(","validFor":)" + std::string(window) + R"(},"logId":{"keyId":")" +
           base::base64_encode(id) + R"("}})";
}

std::string ecdsa_log_json(const Key& key, std::string_view url) {
    return log_json(key.spki(), "PKIX_ECDSA_P256_SHA_256", base::sha256(key.spki()), url);
}

std::string ed25519_log_json(const Key& key, std::string_view name) {
    const base::Bytes algorithm{0x01};
    const auto id = base::sha256({base::as_bytes(name), base::as_bytes("\n"), algorithm, key.public_key().ed25519_raw()});
    return log_json(key.spki(), "PKIX_ED25519", id, "https://" + std::string(name));
}

base::Time at(std::int64_t seconds) { return base::from_unix_seconds(seconds); }

}  // namespace makers
