#include "sigstore/timestamp_token.h"

#include "sigstore/der.h"
#include "test/support/catch.h"
#include "test/unit/sigstore/vectors.h"
#include "test/unit/sigstore/world.h"

using namespace sigstore;

namespace {

const base::Bytes kSignature{'s', 'i', 'g'};

}  // namespace

TEST_CASE("a token is taken apart: time with its fraction, imprint, signer") {
    const world::Tsa tsa;
    world::TokenSpec spec;
    spec.fraction = ".25";
    const auto token = TimestampToken::parse(tsa.stamp(kSignature, spec), "here");
    REQUIRE(token);
    CHECK(token->time() == makers::at(1'500) + std::chrono::milliseconds(250));
    CHECK(token->is_about(kSignature));
    CHECK_FALSE(token->is_about(base::Bytes{'x'}));
    const auto signer = Certificate::parse(tsa.signer_der, "").value();
    CHECK(token->names_signer(signer));
    CHECK_FALSE(token->names_signer(Certificate::parse(tsa.chain[1], "").value()));
    CHECK_FALSE(token->embedded_signer());
    CHECK(token->is_signed_by({signer, Certificate::parse(tsa.chain[1], "").value()}));
    CHECK_FALSE(token->is_signed_by({Certificate::parse(world::Tsa().signer_der, "").value()}));
}

TEST_CASE("the embedded certificate that the token names is found among others") {
    const world::Tsa tsa;
    world::TokenSpec spec;
    spec.embedded = {tsa.chain[2], tsa.chain[1], tsa.signer_der};
    const auto token = TimestampToken::parse(tsa.stamp(kSignature, spec), "here").value();
    REQUIRE(token.embedded_signer());
    CHECK(token.embedded_signer()->der() == tsa.signer_der);
}

TEST_CASE("responses that are not one granted token are refused") {
    const world::Tsa tsa;
    const auto good = tsa.stamp(kSignature);
    auto trailing = good;
    trailing.push_back(0);
    const auto content = der::only(good, der::kSequence).value();
    der::Reader reader(content);
    const auto status = reader.next().value().whole;
    const auto token = reader.next().value().whole;
    const auto sequence = [](std::vector<base::BytesView> parts) {
        base::Bytes inside;
        for (const auto part : parts) der::append(inside, part);
        return der::encode(der::kSequence, inside);
    };
    const auto [name, response] = GENERATE_COPY(table<std::string, base::Bytes>({
        {"empty", {}},
        {"trailing byte", trailing},
        {"cut off", base::Bytes(good.begin(), good.end() - 1)},
        {"no token", sequence({status})},
        {"a bare token", base::Bytes(token.begin(), token.end())},
        {"two tokens", sequence({status, token, token})},
        {"no status", sequence({token, token})},
        {"a token that is no CMS", sequence({status, status})},
        {"empty status", sequence({base::Bytes{0x30, 0x00}, token})},
    }));
    CAPTURE(name);
    const auto parsed = TimestampToken::parse(response, "here");
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == FailureCode::timestamp);
    CHECK(parsed.error().where == "here");
}

TEST_CASE("every cut and every flipped bit of a token ends in a verdict") {
    const world::Tsa tsa;
    const auto good = tsa.stamp(kSignature);
    const auto signer = Certificate::parse(tsa.signer_der, "").value();
    for (std::size_t i = 0; i < good.size(); ++i) {
        CHECK_FALSE(TimestampToken::parse(base::BytesView(good).first(i), ""));
        auto changed = good;
        changed[i] ^= 0x80;
        const auto token = TimestampToken::parse(changed, "");
        if (token && token->is_about(kSignature) && token->is_signed_by({signer})) FAIL_CHECK("byte " << i);
    }
}

TEST_CASE("signers by RSA and with each SHA-2 hash are read and verified") {
    world::Tsa tsa;
    if (GENERATE(false, true)) tsa.key = makers::key("rsa2048");
    tsa.certify();
    world::TokenSpec spec;
    spec.digest = GENERATE("SHA256", "SHA384", "SHA512", "SHA1");
    const auto token = TimestampToken::parse(tsa.stamp(kSignature, spec), "");
    CAPTURE(spec.digest);
    CHECK(token.has_value() == (spec.digest != "SHA1"));
    if (token) CHECK(token->is_signed_by({Certificate::parse(tsa.signer_der, "").value(), Certificate::parse(tsa.chain[1], "").value()}));
}

TEST_CASE("RFC 3161 2.4.2: TSTInfo is of version 1 and alone, and a granted status may come with words") {
    const world::Tsa tsa;
    const auto reads = [&](const auto& change) {
        world::TokenSpec spec;
        change(spec);
        return TimestampToken::parse(tsa.stamp(kSignature, spec), "").has_value();
    };
    CHECK(reads([](world::TokenSpec&) {}));
    CHECK_FALSE(reads([](world::TokenSpec& spec) { spec.version = 2; }));
    CHECK_FALSE(reads([](world::TokenSpec& spec) { spec.is_other_type_signed = true; }));  // RFC 5652 11.1
    CHECK_FALSE(reads([](world::TokenSpec& spec) { spec.behind_info = {0x05, 0x00}; }));
    const auto words = der::encode(der::kSequence, makers::utf8_string("Operation Okay"));
    CHECK(reads([&](world::TokenSpec& spec) { spec.behind_status = words; }));
    CHECK_FALSE(reads([](world::TokenSpec& spec) { spec.behind_status = {0x02, 0x01, 0x00}; }));
    CHECK_FALSE(reads([&](world::TokenSpec& spec) { der::append(spec.behind_status = words, words); }));
}

TEST_CASE("RFC 5652 11.3: a signing time that is no time is refused") {
    const world::Tsa tsa;
    world::TokenSpec spec;
    spec.is_signing_time_text = true;
    const auto token = TimestampToken::parse(tsa.stamp(kSignature, spec), "");
    REQUIRE(token);
    CHECK_FALSE(token->is_signed_by({Certificate::parse(tsa.signer_der, "").value(), Certificate::parse(tsa.chain[1], "").value()}));
}

TEST_CASE("of at most ten embedded certificates the signer's is taken, wherever it stands") {
    const world::Tsa tsa;
    world::TokenSpec spec;
    // Shorter than the signer's and so before it in the set, whose order is by content (X.690 11.6).
    const auto other = makers::key();
    while (spec.embedded.size() < 9) {
        spec.embedded.push_back(
            makers::certificate_der({"a", "a", static_cast<std::int64_t>(spec.embedded.size()), 10'000, {}}, other, other));
    }
    spec.embedded.push_back(tsa.signer_der);
    const auto ten = TimestampToken::parse(tsa.stamp(kSignature, spec), "").value();
    REQUIRE(ten.embedded_signer());
    CHECK(ten.embedded_signer()->der() == tsa.signer_der);
    spec.embedded.push_back(tsa.chain[1]);
    CHECK_FALSE(TimestampToken::parse(tsa.stamp(kSignature, spec), "")->embedded_signer());
}
