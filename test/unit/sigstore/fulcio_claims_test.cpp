#include "sigstore/fulcio_claims.h"

#include "test/support/catch.h"
#include "test/unit/sigstore/makers.h"
#include "test/unit/sigstore/vectors.h"

using namespace sigstore;

namespace {

Checked<FulcioClaims> claims_of(std::vector<makers::Extension> extensions) {
    const auto key = makers::key();
    return FulcioClaims::of(makers::certificate({"x", "x", 0, 1, std::move(extensions)}, key, key));
}

makers::Extension claim(int number, std::string_view text) {
    return {"1.3.6.1.4.1.57264.1." + std::to_string(number), false, number < 7 ? base::to_bytes(text) : makers::utf8_string(text)};
}

}  // namespace

TEST_CASE("every claim is read from its own extension, and only from that") {
    for (int number = 1; number <= 24; ++number) {
        if (number == 7) continue;
        CAPTURE(number);
        const auto claims = claims_of({claim(number, "text " + std::to_string(number))});
        REQUIRE(claims);
        for (int other = 1; other <= 24; ++other) {
            if (other == 7) continue;
            const auto& value = claims->get(static_cast<FulcioClaim>(other));
            CHECK(value.has_value() == (other == number));
        }
        CHECK(*claims->get(static_cast<FulcioClaim>(number)) == "text " + std::to_string(number));
        CHECK_FALSE(to_string(static_cast<FulcioClaim>(number)).empty());
    }
    CHECK(to_string(FulcioClaim::issuer) == "issuer");
    CHECK(to_string(FulcioClaim::token_subject) == "token_subject");
}

TEST_CASE("a real workflow's certificate tells its claims") {
    const auto bundle = vectors::bundle(vectors::image("signed-rekor1-github").bundle);
    const auto claims = FulcioClaims::of(*bundle.certificate());
    REQUIRE(claims);
    CHECK(claims->get(FulcioClaim::issuer) == "https://token.actions.githubusercontent.com");
    CHECK_FALSE(claims->get(FulcioClaim::source_repository_uri).value_or("").empty());
    CHECK_FALSE(claims->get(FulcioClaim::build_config_uri).value_or("").empty());
}

TEST_CASE("a claim that is there and cannot be read refuses the certificate") {
    const auto [name, extension] = GENERATE(table<std::string, makers::Extension>({
        {"bare text where DER belongs", {"1.3.6.1.4.1.57264.1.12", false, base::to_bytes("https://a")}},
        {"bytes behind the DER", {"1.3.6.1.4.1.57264.1.12", false, {0x0C, 0x01, 'a', 0x00}}},
        {"another type", {"1.3.6.1.4.1.57264.1.12", false, {0x16, 0x01, 'a'}}},
        {"a line end", claim(12, "a\n")},
        {"DEL", claim(6, "a\x7f")},
        {"too long", claim(12, std::string(4097, 'a'))},
    }));
    CAPTURE(name);
    const auto claims = claims_of({extension});
    REQUIRE_FALSE(claims);
    CHECK(claims.error().code == FailureCode::identity);
    CHECK(claims.error().where.starts_with("certificate.1.3.6.1.4.1.57264.1."));
    CHECK(claims_of({claim(12, std::string(4096, 'a'))}));
    CHECK(claims_of({claim(12, " ~")}));
    CHECK(claims_of({claim(12, "")}));
}
