#include "sigstore/certificate.h"

#include "sigstore/oid.h"
#include "test/support/catch.h"
#include "test/unit/sigstore/makers.h"

using namespace sigstore;
using makers::at;

TEST_CASE("a certificate is read with the bytes that it has") {
    const makers::Ca ca;
    const auto key = makers::key();
    const auto der = makers::certificate_der(ca.leaf_spec, key, ca.issuer_key);
    const auto leaf = Certificate::parse(der, "certificate");
    REQUIRE(leaf);
    CHECK(leaf->der() == der);
    CHECK(leaf->key().spki() == key.spki());
    CHECK(leaf->sha256_hex() == base::hex_encode(base::sha256(der)));
    CHECK(leaf->tbs().size() < der.size());
    CHECK(leaf->has_digital_signature());
    CHECK_FALSE(leaf->is_authority());
    REQUIRE(leaf->extended_key_usage());
    CHECK(leaf->extended_key_usage()->purposes.size() == 1);
    CHECK(leaf->extension(oid::kFulcioIssuer));
    CHECK_FALSE(leaf->extension(oid::kSctList));
    CHECK(*leaf == Certificate::parse(der, "").value());
}

TEST_CASE("both ends of the validity belong to it") {
    const makers::Ca ca;
    const auto leaf = ca.leaf(makers::key());  // 1 000 to 2 000
    CHECK_FALSE(leaf.valid_at(at(999)));
    CHECK(leaf.valid_at(at(1'000)));
    CHECK(leaf.valid_at(at(2'000)));
    CHECK_FALSE(leaf.valid_at(at(2'000) + std::chrono::milliseconds(1)));
    CHECK_FALSE(leaf.valid_at(at(2'001)));
}

TEST_CASE("an authority says so and may sign certificates") {
    const auto key = makers::key();
    const auto is_authority = [&](std::vector<makers::Extension> extensions) {
        return makers::certificate({"x", "x", 0, 1, std::move(extensions)}, key, key).is_authority();
    };
    CHECK(is_authority({makers::basic_constraints_ca()}));
    CHECK(is_authority({makers::basic_constraints_ca(), makers::key_usage_ca()}));
    CHECK_FALSE(is_authority({makers::basic_constraints_ca(), makers::key_usage_signing()}));
    CHECK_FALSE(is_authority({makers::key_usage_ca()}));
    CHECK_FALSE(is_authority({}));
}

TEST_CASE("certificates with a second meaning or without a usable key are refused") {
    const makers::Ca ca;
    const auto key = makers::key();
    const auto good = makers::certificate_der(ca.leaf_spec, key, ca.issuer_key);
    auto trailing = good;
    trailing.push_back(0);
    auto twice = ca.leaf_spec;
    twice.extensions.push_back(makers::fulcio_issuer("https://another.example"));
    auto two_names = ca.leaf_spec;
    two_names.extensions.push_back(makers::san_email("mallory@example.com"));
    const auto [name, der, code] = GENERATE_COPY(table<std::string, base::Bytes, FailureCode>({
        {"empty", {}, FailureCode::malformed},
        {"cut off", base::Bytes(good.begin(), good.end() - 1), FailureCode::malformed},
        {"trailing byte", trailing, FailureCode::malformed},
        {"an extension twice", makers::certificate_der(twice, key, ca.issuer_key), FailureCode::malformed},
        {"two subject alternative names", makers::certificate_der(two_names, key, ca.issuer_key), FailureCode::malformed},
        {"RSA of 1024 bits", makers::certificate_der(ca.leaf_spec, makers::key("rsa1024"), ca.issuer_key), FailureCode::unsupported},
        {"P-224", makers::certificate_der(ca.leaf_spec, makers::key("P-224"), ca.issuer_key), FailureCode::unsupported},
        {"too large", base::Bytes(kMaxCertificateSize + 1), FailureCode::limits},
    }));
    CAPTURE(name);
    const auto parsed = Certificate::parse(der, "certificate");
    REQUIRE_FALSE(parsed);
    CHECK(to_string(parsed.error().code) == to_string(code));
}
