#include "sigstore/fulcio_extensions.h"

#include "sigstore/der.h"
#include "sigstore/oid.h"
#include "test/support/catch.h"
#include "test/unit/sigstore/makers.h"

using namespace sigstore;

namespace {

Checked<CertificateIdentity> identity(std::vector<makers::Extension> extensions) {
    const makers::Ca ca;
    auto spec = ca.leaf_spec;
    spec.extensions = std::move(extensions);
    return identity_of(makers::certificate(spec, makers::key(), ca.issuer_key));
}

base::Bytes name(std::uint8_t tag, std::string_view text) { return der::encode(tag, base::as_bytes(text)); }

base::Bytes other_name(base::BytesView type, base::BytesView value) {
    auto content = der::encode(der::kObjectIdentifier, type);
    der::append(content, der::encode(der::context_constructed(0), value));
    return der::encode(der::context_constructed(0), content);
}

const auto kIssuer = [] { return makers::fulcio_issuer("https://issuer.example"); };

}  // namespace

TEST_CASE("the three kinds of names are read as they stand") {
    const auto [kind, names, expected] = GENERATE(table<std::string, base::Bytes, std::string>({
        {"e-mail", name(der::context(1), "foo@bar.com"), "foo@bar.com"},
        {"a name with a blank", name(der::context(1), "foo bar@bar.com"), "foo bar@bar.com"},
        {"the last letter of IA5", name(der::context(1), "~@bar.com"), "~@bar.com"},
        {"the longest", name(der::context(6), std::string(4096, 'a')), std::string(4096, 'a')},
        {"URI", name(der::context(6), "https://github.com/acme/%61pp@refs/heads/main"), "https://github.com/acme/%61pp@refs/heads/main"},
        {"user name", other_name(oid::kFulcioUserName, makers::utf8_string("foo!oidc.local")), "foo!oidc.local"},
    }));
    CAPTURE(kind);
    const auto found = identity({makers::san(names), kIssuer()});
    REQUIRE(found);
    CHECK(found->subject == expected);
    CHECK(found->issuer == "https://issuer.example");
}

TEST_CASE("the DER of a user name is the one that the reference shows") {
    const auto der = other_name(oid::kFulcioUserName, makers::utf8_string("foo!oidc.local"));
    CHECK(base::hex_encode(der).starts_with("a01e060a2b0601040183bf300107a0100c0e"));
}

TEST_CASE("anything but one name of these kinds is no identity") {
    auto two = name(der::context(1), "foo@bar.com");
    der::append(two, name(der::context(1), "mallory@example.com"));
    const auto [kind, names] = GENERATE_COPY(table<std::string, base::Bytes>({
        {"none", {}},
        {"two", two},
        {"DNS name", name(der::context(2), "bar.com")},
        {"IP address", name(der::context(7), "\x7f\x01\x01\x01")},
        {"NUL inside", name(der::context(1), std::string_view("foo@bar.com\0.evil", 17))},
        {"line end", name(der::context(1), "foo@bar.com\n")},
        {"DEL", name(der::context(1), "foo@bar.com\x7f")},
        {"not IA5", name(der::context(1), "f\xC3\xB6o@bar.com")},
        {"empty", name(der::context(1), "")},
        {"one byte too long", name(der::context(6), std::string(4097, 'a'))},
        {"a byte beyond IA5", name(der::context(1), "\x80@bar.com")},
        {"endless", name(der::context(6), std::string(5'000, 'a'))},
        {"user name under another type", other_name(oid::kFulcioIssuer, makers::utf8_string("foo!oidc.local"))},
        {"user name as IA5String", other_name(oid::kFulcioUserName, name(0x16, "foo!oidc.local"))},
    }));
    CAPTURE(kind);
    const auto found = identity({makers::san(names), kIssuer()});
    REQUIRE_FALSE(found);
    CHECK(found.error().code == FailureCode::identity);
    CHECK(identity({kIssuer()}).error().code == FailureCode::identity);
    CHECK(identity({kIssuer()}).error().found == "no extension");
    CHECK(identity({makers::Extension{"2.5.29.17", false, {0x30, 0x81, 0x02, 0x81, 0x00}}, kIssuer()}).error().found ==
          "an unreadable extension");
}

TEST_CASE("the issuer comes from .1.8, or from .1.1 alone, and both agree") {
    const auto san = makers::san_email("foo@bar.com");
    CHECK(identity({san, makers::fulcio_issuer("https://a")})->issuer == "https://a");
    CHECK(identity({san, makers::fulcio_issuer_raw("https://a")})->issuer == "https://a");
    CHECK(identity({san, makers::fulcio_issuer_raw("https://a"), makers::fulcio_issuer("https://a")})->issuer == "https://a");
    const std::string long_issuer = "https://" + std::string(300, 'x');  // a length in the long form
    CHECK(identity({san, makers::fulcio_issuer(long_issuer)})->issuer == long_issuer);

    const auto [kind, extensions] = GENERATE_COPY(table<std::string, std::vector<makers::Extension>>({
        {"neither", {san}},
        {"they differ", {san, makers::fulcio_issuer_raw("https://a"), makers::fulcio_issuer("https://b")}},
        {".1.8 is not UTF8String", {san, {"1.3.6.1.4.1.57264.1.8", false, base::to_bytes("https://a")}}},
        {".1.8 has bytes behind", {san, {"1.3.6.1.4.1.57264.1.8", false, {0x0C, 0x01, 'a', 0x00}}}},
        {"control character", {san, makers::fulcio_issuer("https://a\n")}},
        {"empty", {san, makers::fulcio_issuer("")}},
        {"empty .1.1", {san, makers::fulcio_issuer_raw("")}},
    }));
    CAPTURE(kind);
    const auto found = identity(extensions);
    REQUIRE_FALSE(found);
    CHECK(found.error().code == FailureCode::identity);
}
