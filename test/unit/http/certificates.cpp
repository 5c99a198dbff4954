#include "test/unit/http/certificates.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <fstream>
#include <stdexcept>

namespace {

void require(bool condition, const char* what) {
    if (!condition) throw std::runtime_error(what);
}

base::KeyHandle new_key() { return base::KeyHandle(EVP_EC_gen("P-256")); }

base::X509Handle new_certificate(const std::string& name, EVP_PKEY* key) {
    base::X509Handle certificate(X509_new());
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1 + (std::rand() & 0xffff));
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_pubkey(certificate.get(), key);
    return certificate;
}

void add_extension(X509* certificate, int nid, const std::string& value) {
    const base::OpensslHandle<X509_EXTENSION, X509_EXTENSION_free> extension(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str()));
    require(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "X509_add_ext");
}

}  // namespace

TestFolder::TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "countersign-XXXXXX").string();
    require(::mkdtemp(name.data()) != nullptr, "mkdtemp");
    path_ = name;
}

TestFolder::~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

TestCertificate TestCertificate::authority(const std::string& name) {
    auto key = new_key();
    auto certificate = new_certificate(name, key.get());
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
    add_extension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate.get(), NID_key_usage, "critical,keyCertSign");
    require(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "X509_sign");
    return {std::move(key), std::move(certificate)};
}

TestCertificate TestCertificate::issue(const std::string& alternative_names) const {
    auto key = new_key();
    auto certificate = new_certificate("leaf", key.get());
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate_.get()));
    if (!alternative_names.empty()) add_extension(certificate.get(), NID_subject_alt_name, alternative_names);
    add_extension(certificate.get(), NID_ext_key_usage, "serverAuth");
    require(X509_sign(certificate.get(), key_.get(), EVP_sha256()) > 0, "X509_sign");
    return {std::move(key), std::move(certificate)};
}

void TestCertificate::write(const std::filesystem::path& stem) const {
    const base::BioHandle certificate(BIO_new_file((stem.string() + ".crt").c_str(), "w"));
    require(certificate && PEM_write_bio_X509(certificate.get(), certificate_.get()) == 1, "PEM_write_bio_X509");
    const base::BioHandle key(BIO_new_file((stem.string() + ".key").c_str(), "w"));
    require(key && PEM_write_bio_PrivateKey(key.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1, "PEM_write_bio_PrivateKey");
}

void write_file(const std::filesystem::path& path, const std::string& content) { std::ofstream(path) << content; }
