#include "sigstore/managed_key.h"

#include "test/support/catch.h"
#include "test/unit/sigstore/makers.h"

using namespace sigstore;

namespace {

std::string pem(const std::string& label, base::BytesView der) {
    return "-----BEGIN " + label + "-----\n" + base::base64_encode(der) + "\n-----END " + label + "-----\n";
}

std::string code_of(base::BytesView file) {
    const auto key = ManagedKey::parse(file, "key.pub");
    if (key) return "ok";
    CHECK(key.error().where == "key.pub");
    return std::string(to_string(key.error().code));
}

}  // namespace

TEST_CASE("a managed key comes as PEM or as DER") {
    const auto spki = makers::key().spki();
    const auto text = pem("PUBLIC KEY", spki);
    CHECK(ManagedKey::parse(base::as_bytes(text), "").value().key.spki() == spki);
    CHECK(ManagedKey::parse(spki, "").value().key.spki() == spki);
    const auto rsa = makers::key("rsa2048");
    const auto pkcs1 = ManagedKey::parse(base::as_bytes(pem("RSA PUBLIC KEY", rsa.pkcs1())), "").value();
    CHECK(pkcs1.key.spki() == rsa.spki());
    CHECK(pkcs1.padding == RsaPadding::pkcs1);
    CHECK_FALSE(pkcs1.valid_for.start);
    CHECK_FALSE(pkcs1.valid_for.end);
}

TEST_CASE("what is no public key is refused") {
    const auto spki = makers::key().spki();
    const auto [name, file, expected] = GENERATE_COPY(table<std::string, std::string, std::string>({
        {"nothing", "", "malformed"},
        {"some text", "key", "malformed"},
        {"another label", pem("CERTIFICATE", spki), "malformed"},
        {"a private key's label", pem("PRIVATE KEY", spki), "malformed"},
        {"PKCS#1 under another label", pem("RSA PRIVATE KEY", makers::key("rsa2048").pkcs1()), "malformed"},
        {"a label that does not fit", pem("RSA PUBLIC KEY", spki), "malformed"},
        {"two blocks", pem("PUBLIC KEY", spki) + pem("PUBLIC KEY", spki), "malformed"},
        {"text before it", "key:\n" + pem("PUBLIC KEY", spki), "malformed"},
        {"cut off", pem("PUBLIC KEY", spki).substr(0, 60), "malformed"},
        {"a curve that is not on the list", pem("PUBLIC KEY", makers::key("secp256k1").spki()), "unsupported"},
        {"a small RSA key", pem("PUBLIC KEY", makers::key("rsa1024").spki()), "unsupported"},
    }));
    CAPTURE(name);
    CHECK(code_of(base::as_bytes(file)) == expected);
}
