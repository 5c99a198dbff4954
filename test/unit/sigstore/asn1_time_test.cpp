#include "sigstore/asn1_time.h"

#include "base/openssl.h"
#include "test/support/catch.h"

using sigstore::asn1_time;

namespace {

std::optional<base::Time> time_of(int type, std::string_view text) {
    const base::OpensslHandle<ASN1_STRING, ASN1_STRING_free> value(ASN1_STRING_type_new(type));
    ASN1_STRING_set(value.get(), text.data(), static_cast<int>(text.size()));
    return asn1_time(value.get());
}

}  // namespace

TEST_CASE("both forms of time are read, with the fraction that OpenSSL drops") {
    const auto [type, text, expected] = GENERATE(table<int, std::string, std::string>({
        {V_ASN1_UTCTIME, "261124225514Z", "2026-11-24T22:55:14Z"},
        {V_ASN1_UTCTIME, "500101000000Z", "1950-01-01T00:00:00Z"},
        {V_ASN1_GENERALIZEDTIME, "20261124225514Z", "2026-11-24T22:55:14Z"},
        {V_ASN1_GENERALIZEDTIME, "20261124225514.25Z", "2026-11-24T22:55:14.250Z"},
        {V_ASN1_GENERALIZEDTIME, "20261124225514.123456789Z", "2026-11-24T22:55:14.123Z"},
    }));
    REQUIRE(time_of(type, text));
    CHECK(base::format_rfc3339(*time_of(type, text)) == expected);
}

TEST_CASE("the year 9999 is the end of time, not its beginning") {
    const auto time = time_of(V_ASN1_GENERALIZEDTIME, "99991231235959Z");
    REQUIRE(time);
    CHECK(*time > base::from_unix_seconds(9'000'000'000));
}

TEST_CASE("times that mean more than one thing are refused") {
    const auto [type, text] = GENERATE(table<int, std::string>({
        {V_ASN1_GENERALIZEDTIME, "20261124225514"},
        {V_ASN1_GENERALIZEDTIME, "20261124225514+0100"},
        {V_ASN1_GENERALIZEDTIME, "20261124225514.Z"},
        {V_ASN1_GENERALIZEDTIME, "20261124225514.1234567890Z"},
        {V_ASN1_GENERALIZEDTIME, "20261124225514.2"},
        {V_ASN1_GENERALIZEDTIME, "20261124225514.2:Z"},
        {V_ASN1_GENERALIZEDTIME, "20261124225514./Z"},
        {V_ASN1_GENERALIZEDTIME, "20261324225514Z"},
        {V_ASN1_UTCTIME, "2611242255Z x"},
        {V_ASN1_UTCTIME, ""},
    }));
    CAPTURE(text);
    CHECK_FALSE(time_of(type, text));
}
