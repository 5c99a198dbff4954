#include "sigstore/certificate.h"

#include "sigstore/der.h"
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

namespace {

// The same certificate with the length of one element in a longer form than DER allows: of the certificate itself (0), its
// TBSCertificate (1), or a field of that (2 …).
base::Bytes with_long_length(base::BytesView der, std::size_t which) {
    const auto longer = [](base::BytesView element) {
        const auto content = der::only(element, element.front()).value();
        base::Bytes out{element.front(), 0x83, 0, static_cast<std::uint8_t>(content.size() >> 8),
                        static_cast<std::uint8_t>(content.size())};
        der::append(out, content);
        return out;
    };
    der::Reader outer(der::only(der, der::kSequence).value());
    const auto tbs = outer.next().value();
    base::Bytes behind;
    while (!outer.at_end()) der::append(behind, outer.next()->whole);
    base::Bytes fields;
    der::Reader reader(tbs.content);
    for (std::size_t field = 2; !reader.at_end(); ++field) {
        const auto element = reader.next().value();
        if (field == which) {
            der::append(fields, longer(element.whole));
        } else {
            der::append(fields, element.whole);
        }
    }
    auto whole = der::encode(der::kSequence, fields);
    if (which == 1) whole = longer(whole);
    der::append(whole, behind);
    whole = der::encode(der::kSequence, whole);
    return which == 0 ? longer(whole) : whole;
}

std::string code_of(base::BytesView der) {
    const auto parsed = Certificate::parse(der, "certificate");
    return std::string(parsed ? "parsed" : to_string(parsed.error().code));
}

}  // namespace

TEST_CASE("lengths that only BER allows are refused, though OpenSSL reads them") {
    const makers::Ca ca;
    const auto der = makers::certificate_der(ca.leaf_spec, makers::key(), ca.issuer_key);
    // version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo: what is walked over.
    for (std::size_t which = 0; which < 9; ++which) {
        CAPTURE(which);
        const auto changed = with_long_length(der, which);
        const unsigned char* position = changed.data();
        X509_free(d2i_X509(nullptr, &position, static_cast<long>(changed.size())));
        CHECK(position == changed.data() + changed.size());
        CHECK(code_of(changed) == "malformed");
    }
}

TEST_CASE("a certificate of version 1 has no version field, and its key is found all the same") {
    const auto key = makers::key();
    const auto der = makers::certificate_der({"x", "x", 0, 1, {}}, key, key);
    der::Reader outer(der::only(der, der::kSequence).value());
    der::Reader fields(outer.next()->content);
    (void)fields.next();  // version
    base::Bytes tbs;
    while (!fields.at_end()) der::append(tbs, fields.next()->whole);
    auto whole = der::encode(der::kSequence, tbs);
    while (!outer.at_end()) der::append(whole, outer.next()->whole);
    const auto parsed = Certificate::parse(der::encode(der::kSequence, whole), "");
    REQUIRE(parsed);
    CHECK(parsed->key().spki() == key.spki());
}

TEST_CASE("what OpenSSL does not read inside well-formed frames is refused") {
    const makers::Ca ca;
    const auto der = makers::certificate_der(ca.leaf_spec, makers::key(), ca.issuer_key);
    const auto changed = [&](std::string_view from, std::string_view to) {
        std::string text(base::as_text(der));
        const auto at = text.find(from);
        REQUIRE(at != std::string::npos);
        return code_of(base::as_bytes(text.replace(at, to.size(), to)));
    };
    CHECK(changed("\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02", "\x07") == "malformed");  // the algorithm's OBJECT IDENTIFIER
    CHECK(changed("700101001640Z", "x") == "malformed");                                   // notBefore, 1 000
    CHECK(changed("700101003320Z", "x") == "malformed");                                   // notAfter, 2 000
    auto spec = ca.leaf_spec;
    spec.extensions.push_back({"2.5.29.19", true, {0xFF}});  // BasicConstraints
    CHECK(code_of(makers::certificate_der(spec, makers::key(), ca.issuer_key)) == "malformed");
}

TEST_CASE("64 extensions and 64 KiB are the most") {
    const makers::Ca ca;
    const auto with = [&](std::size_t count, std::size_t filler) {
        auto spec = ca.leaf_spec;
        spec.extensions.clear();
        for (std::size_t i = 0; i < count; ++i) spec.extensions.push_back({"1.2.3." + std::to_string(i + 1), false, {0x05, 0x00}});
        spec.extensions.back().value.resize(2 + filler);
        return makers::certificate_der(spec, ca.issuer_key, ca.issuer_key);
    };
    CHECK(code_of(with(64, 0)) == "parsed");
    CHECK(code_of(with(65, 0)) == "malformed");
    // The signature's size varies by a byte or two.
    std::size_t filler = kMaxCertificateSize - with(1, 60'000).size() + 60'000;
    auto largest = with(1, filler);
    while (largest.size() != kMaxCertificateSize) largest = with(1, filler);
    CHECK(code_of(largest) == "parsed");
    while (largest.size() != kMaxCertificateSize + 1) largest = with(1, filler + 1);
    CHECK(code_of(largest) == "limits");
}

TEST_CASE("purposes that are not DER are none") {
    const auto key = makers::key();
    const auto purposes = [&](const base::Bytes& value) {
        const auto parsed = makers::certificate({"x", "x", 0, 1, {{"2.5.29.37", true, value}}}, key, key);
        REQUIRE(parsed.extended_key_usage());
        CHECK(parsed.extended_key_usage()->is_critical);
        return parsed.extended_key_usage()->purposes.size();
    };
    CHECK(purposes({0x30, 0x05, 0x06, 0x03, 0x2A, 0x03, 0x04}) == 1);
    CHECK(purposes({0x30, 0x81, 0x05, 0x06, 0x03, 0x2A, 0x03, 0x04}) == 0);
    CHECK(purposes({0x30, 0x0B, 0x06, 0x03, 0x2A, 0x03, 0x04, 0x06, 0x81, 0x03, 0x2A, 0x03, 0x05}) == 0);
}
