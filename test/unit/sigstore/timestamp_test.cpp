#include "sigstore/timestamp.h"

#include <array>

#include "sigstore/der.h"
#include "test/support/catch.h"
#include "test/unit/sigstore/vectors.h"
#include "test/unit/sigstore/world.h"

using namespace sigstore;
using world::TokenSpec;
using world::Tsa;

namespace {

const base::Bytes kSignature{'s', 'i', 'g'};

std::string root_of(const std::vector<base::Bytes>& chain, std::string_view window = R"({"start":"1970-01-01T00:00:00Z"})") {
    return makers::root_json({.logs = {},
                              .certificate_logs = {},
                              .authorities = {},
                              .timestamp_authorities = {makers::authority_json(chain, window, "https://tsa")}});
}

// "unknown", "timestamp", or the time in seconds.
std::string verdict(const base::Bytes& response, const std::string& root_json) {
    const auto root = vectors::root(root_json);
    const auto facts = verify_timestamp(response, std::array{base::BytesView(kSignature)}, root, "here");
    if (!facts) {
        UNSCOPED_INFO(facts.error().text());
        CHECK(facts.error().where == "here");
        return std::string(to_string(facts.error().code));
    }
    if (!*facts) return "unknown";
    CHECK((*facts)->authority->uri == "https://tsa");
    return std::to_string(base::unix_seconds((*facts)->time));
}
std::string verdict(const Tsa& tsa, const TokenSpec& spec = {}) { return verdict(tsa.stamp(kSignature, spec), root_of(tsa.chain)); }

}  // namespace

TEST_CASE("a timestamp of a trusted authority gives its time, with its certificate embedded or not") {
    const Tsa tsa;
    CHECK(verdict(tsa) == "1500");
    TokenSpec embedded;
    embedded.embedded = {tsa.signer_der};
    CHECK(verdict(tsa, embedded) == "1500");
    TokenSpec sha512;
    sha512.imprint_oid = "2.16.840.1.101.3.4.2.3";
    sha512.imprint = base::hash(base::HashAlgorithm::sha512, kSignature);
    CHECK(verdict(tsa, sha512) == "1500");
}

TEST_CASE("a timestamp of something else, or with a weak imprint, is refused") {
    const Tsa tsa;
    CHECK(verdict(tsa.stamp(base::Bytes{'x'}), root_of(tsa.chain)) == "timestamp");
    TokenSpec sha1;
    sha1.imprint_oid = "1.3.14.3.2.26";
    sha1.imprint = base::Bytes(20, 1);
    CHECK(verdict(tsa, sha1) == "timestamp");
    TokenSpec short_imprint;
    short_imprint.imprint = base::Bytes(16, 1);
    CHECK(verdict(tsa, short_imprint) == "timestamp");
}

TEST_CASE("only granted counts; granted with modifications does not") {
    const Tsa tsa;
    for (const std::uint8_t status : std::initializer_list<std::uint8_t>{1, 2, 5}) {
        TokenSpec spec;
        spec.status = status;
        CHECK(verdict(tsa, spec) == "timestamp");
    }
}

TEST_CASE("the signer's chain is judged at the time of the stamp, never at now") {
    Tsa tsa;  // valid from 1 000 to 2 000, long ago
    const auto at = [&](std::int64_t time) {
        TokenSpec spec;
        spec.time = time;
        return verdict(tsa, spec);
    };
    CHECK(at(1'000) == "1000");
    CHECK(at(2'000) == "2000");
    CHECK(at(999) == "timestamp");
    CHECK(at(2'001) == "timestamp");
    TokenSpec fraction;
    fraction.time = 2'000;
    fraction.fraction = ".5";
    CHECK(verdict(tsa, fraction) == "timestamp");
    tsa.ca.issuer_spec.not_after = 1'400;
    tsa.certify();
    CHECK(at(1'400) == "1400");
    CHECK(at(1'401) == "timestamp");
}

TEST_CASE("the window of the trusted root is closed") {
    const Tsa tsa;
    const auto root = root_of(tsa.chain, R"({"start":"1970-01-01T00:20:00Z","end":"1970-01-01T00:25:00Z"})");  // 1 200 to 1 500
    const auto at = [&](std::int64_t time) {
        TokenSpec spec;
        spec.time = time;
        return verdict(tsa.stamp(kSignature, spec), root);
    };
    CHECK(at(1'200) == "1200");
    CHECK(at(1'500) == "1500");
    CHECK(at(1'199) == "timestamp");
    CHECK(at(1'501) == "timestamp");
}

TEST_CASE("a signer of no trusted authority is unknown; its certificate in the token changes nothing") {
    const Tsa tsa;
    Tsa other;
    other.ca.leaf_spec.issuer = "elsewhere";
    other.ca.issuer_spec.subject = "elsewhere";
    other.certify();
    TokenSpec embedded;
    embedded.embedded = other.chain;
    CHECK(verdict(other.stamp(kSignature), root_of(tsa.chain)) == "unknown");
    CHECK(verdict(other.stamp(kSignature, embedded), root_of(tsa.chain)) == "unknown");
    CHECK(verdict(other.stamp(kSignature), root_of({other.chain[2]})) == "unknown");  // no signer listed, none embedded
    // The same names and serial number, another key: it claims to be the trusted one and is not.
    CHECK(verdict(Tsa().stamp(kSignature), root_of(tsa.chain)) == "timestamp");
}

TEST_CASE("where the root lists no signer the embedded one counts, if its chain ends in the anchor") {
    const Tsa tsa;
    TokenSpec embedded;
    embedded.embedded = {tsa.signer_der};
    const std::vector<base::Bytes> authorities(tsa.chain.begin() + 1, tsa.chain.end());
    CHECK(verdict(tsa.stamp(kSignature, embedded), root_of(authorities)) == "1500");
    CHECK(verdict(tsa.stamp(kSignature), root_of(authorities)) == "unknown");
    CHECK(verdict(tsa.stamp(kSignature, embedded), root_of({Tsa().chain[1], Tsa().chain[2]})) == "timestamp");
}

TEST_CASE("a forged certificate in front of the real one does not become the signer (CVE-2026-39984)") {
    Tsa tsa;
    const Tsa attacker;
    auto forged_spec = attacker.ca.leaf_spec;
    forged_spec.subject = "forged";
    forged_spec.issuer = "forged";
    const auto forged = makers::certificate_der(forged_spec, attacker.key, attacker.key);
    // The real signer breaks a rule (it has a second purpose); the forged one would not.
    tsa.ca.leaf_spec.extensions = {makers::extended_key_usage({std::string(makers::kTimeStamping), "1.2.3.4"}, true)};
    tsa.certify();
    const std::vector<base::Bytes> authorities(tsa.chain.begin() + 1, tsa.chain.end());
    for (const auto& order : {std::vector{forged, tsa.signer_der}, std::vector{tsa.signer_der, forged}}) {
        TokenSpec spec;
        spec.embedded = order;
        CHECK(verdict(tsa.stamp(kSignature, spec), root_of(tsa.chain)) == "timestamp");
        CHECK(verdict(tsa.stamp(kSignature, spec), root_of(authorities)) == "timestamp");
    }
}

TEST_CASE("signers that are CAs, or for other purposes, are refused") {
    const auto stamping = makers::extended_key_usage({std::string(makers::kTimeStamping)}, true);
    const auto [name, extensions] = GENERATE_COPY(table<std::string, std::vector<makers::Extension>>({
        {"no purpose", {}},
        {"not critical", {makers::extended_key_usage({std::string(makers::kTimeStamping)})}},
        {"code signing too", {makers::extended_key_usage({std::string(makers::kTimeStamping), std::string(makers::kCodeSigning)}, true)}},
    }));
    CAPTURE(name);
    Tsa tsa;
    tsa.ca.leaf_spec.extensions = extensions;
    tsa.certify();
    TokenSpec spec;
    if (name == "no purpose") spec.has_signing_certificate = true;
    CHECK(verdict(tsa, spec) == "timestamp");
}

TEST_CASE("a CA that signs a timestamp is no timestamp authority") {
    Tsa tsa;
    tsa.ca.leaf_spec.extensions = {makers::basic_constraints_ca(), makers::extended_key_usage({std::string(makers::kTimeStamping)}, true)};
    tsa.certify();
    TokenSpec spec;
    spec.embedded = {tsa.signer_der};
    CHECK(verdict(tsa.stamp(kSignature, spec), root_of({tsa.chain[1], tsa.chain[2]})) == "timestamp");
}

TEST_CASE("the signing time lies in the signer's validity") {
    const Tsa tsa;
    TokenSpec spec;
    spec.signing_time = 2'001;
    CHECK(verdict(tsa, spec) == "timestamp");
}

TEST_CASE("a token without the signing-certificate attribute is refused") {
    const Tsa tsa;
    TokenSpec spec;
    spec.has_signing_certificate = false;
    CHECK(verdict(tsa, spec) == "timestamp");
}

TEST_CASE("each trusted authority is tried") {
    const Tsa tsa;
    const Tsa other;
    const auto closed =
        makers::authority_json(tsa.chain, R"({"start":"1970-01-01T00:00:00Z","end":"1970-01-01T00:00:01Z"})", "https://old");
    const auto root = makers::root_json(
        {.logs = {},
         .certificate_logs = {},
         .authorities = {},
         .timestamp_authorities = {makers::authority_json(other.chain), closed, makers::authority_json(tsa.chain, "null", "https://tsa")}});
    CHECK(verdict(tsa.stamp(kSignature), root) == "1500");
}
