#include "sigstore/chain.h"

#include <array>

#include "test/support/catch.h"
#include "test/unit/sigstore/makers.h"
#include "test/unit/sigstore/vectors.h"

using namespace sigstore;
using makers::at;

namespace {

// The verdict of certificate_path: "path" or the code of the refusal.
std::string verdict(const Certificate& leaf, const std::vector<std::string>& authorities, std::vector<base::Time> times) {
    const auto root =
        vectors::root(makers::root_json({.logs = {}, .certificate_logs = {}, .authorities = authorities, .timestamp_authorities = {}}));
    const auto path = certificate_path(leaf, root, times);
    if (path) return "path";
    UNSCOPED_INFO(path.error().text());
    return std::string(to_string(path.error().code));
}

std::string verdict(const makers::Ca& ca, std::vector<base::Time> times) {
    return verdict(ca.leaf(makers::key()), {makers::authority_json(ca.chain())}, std::move(times));
}

std::string window(std::string_view start, std::string_view end) {
    return R"({"start":")" + std::string(start) + R"(","end":")" + std::string(end) + "\"}";
}

const std::vector<makers::Extension> kCa{makers::key_usage_ca(), makers::basic_constraints_ca()};

}  // namespace

TEST_CASE("a leaf has a path at every time within all validities, both ends included") {
    const makers::Ca ca;  // leaf: 1 000 to 2 000
    CHECK(verdict(ca, {at(1'500)}) == "path");
    CHECK(verdict(ca, {at(1'000), at(2'000)}) == "path");
    CHECK(verdict(ca, {at(999)}) == "time_outside_cert");
    CHECK(verdict(ca, {at(2'001)}) == "time_outside_cert");
    CHECK(verdict(ca, {}) == "no_time");
}

TEST_CASE("every verified time counts: a good one does not rescue a bad one, in either order") {
    const makers::Ca ca;
    CHECK(verdict(ca, {at(1'500), at(2'001)}) == "time_outside_cert");
    CHECK(verdict(ca, {at(2'001), at(1'500)}) == "time_outside_cert");
}

TEST_CASE("an intermediate or anchor that is not valid at the time breaks the path (CVE-2026-24122)") {
    makers::Ca ca;
    ca.issuer_spec.not_after = 1'500;
    CHECK(verdict(ca, {at(1'500)}) == "path");
    CHECK(verdict(ca, {at(1'501)}) == "time_outside_cert");
    CHECK(verdict(ca, {at(1'400), at(1'501)}) == "time_outside_cert");
    ca.issuer_spec.not_after = 10'000;
    ca.root_spec.not_after = 1'500;
    CHECK(verdict(ca, {at(1'500)}) == "path");
    CHECK(verdict(ca, {at(1'501)}) == "time_outside_cert");
}

TEST_CASE("of two intermediates of one name and key the one that is valid at the time is found") {
    makers::Ca ca;
    auto expired = ca.issuer_spec;
    expired.not_after = 1'100;
    auto chain = ca.chain();
    chain.insert(chain.begin(), makers::certificate_der(expired, ca.issuer_key, ca.root_key));
    CHECK(verdict(ca.leaf(makers::key()), {makers::authority_json(chain)}, {at(1'050), at(1'500)}) == "path");
}

TEST_CASE("the window of the CA is closed and holds at each time") {
    const makers::Ca ca;
    const auto leaf = ca.leaf(makers::key());
    const auto authority = makers::authority_json(ca.chain(), window("1970-01-01T00:20:00Z", "1970-01-01T00:25:00Z"));  // 1 200 to 1 500
    CHECK(verdict(leaf, {authority}, {at(1'200), at(1'500)}) == "path");
    CHECK(verdict(leaf, {authority}, {at(1'199)}) == "chain");
    CHECK(verdict(leaf, {authority}, {at(1'500) + std::chrono::milliseconds(1)}) == "chain");
    CHECK(verdict(leaf, {authority}, {at(1'300), at(1'501)}) == "chain");
}

TEST_CASE("one CA at a time: windows of one are not lent to another of the same name") {
    const makers::Ca ca;
    const makers::Ca other;  // the same names, other keys
    const auto leaf = ca.leaf(makers::key());
    CHECK(verdict(leaf, {makers::authority_json(other.chain()), makers::authority_json(ca.chain())}, {at(1'500)}) == "path");
    CHECK(verdict(leaf, {makers::authority_json(other.chain())}, {at(1'500)}) == "chain");
    const auto closed = makers::authority_json(ca.chain(), window("1970-01-01T00:00:00Z", "1970-01-01T00:00:01Z"));
    CHECK(verdict(leaf, {makers::authority_json(other.chain()), closed}, {at(1'500)}) == "chain");
    // The intermediate of one and the anchor of another make no path.
    CHECK(verdict(leaf, {makers::authority_json({ca.chain()[0], other.chain()[1]})}, {at(1'500)}) == "chain");
}

TEST_CASE("the anchor may be an intermediate, and may issue leaves itself") {
    const makers::Ca ca;
    CHECK(verdict(ca.leaf(makers::key()), {makers::authority_json({ca.chain()[0]})}, {at(1'500)}) == "path");
    auto spec = ca.leaf_spec;
    spec.issuer = "root";
    const auto direct = makers::certificate(spec, makers::key(), ca.root_key);
    CHECK(verdict(direct, {makers::authority_json({ca.chain()[1]})}, {at(1'500)}) == "path");
}

TEST_CASE("usages: the leaf signs code and is no CA, issuers are CAs that may") {
    const auto signing = makers::key_usage_signing();
    const auto code = makers::extended_key_usage({std::string(makers::kCodeSigning)});
    const auto server = makers::extended_key_usage({std::string(makers::kServerAuth)});
    struct Case {
        std::string name;
        std::vector<makers::Extension> leaf;
        std::vector<makers::Extension> issuer;
        std::string expected;
    };
    auto with = [](std::vector<makers::Extension> list, makers::Extension more) {
        list.push_back(std::move(more));
        return list;
    };
    const std::vector<Case> cases{
        {"as Fulcio does", {signing, code}, with(kCa, code), "path"},
        {"issuer without purposes", {signing, code}, kCa, "path"},
        {"issuer for any purpose", {signing, code}, with(kCa, makers::extended_key_usage({"2.5.29.37.0"})), "path"},
        {"leaf with a second purpose",
         {signing, makers::extended_key_usage({std::string(makers::kServerAuth), std::string(makers::kCodeSigning)})},
         kCa,
         "path"},
        {"leaf without purposes", {signing}, kCa, "chain"},
        {"leaf for servers", {signing, server}, kCa, "chain"},
        {"leaf for any purpose", {signing, makers::extended_key_usage({"2.5.29.37.0"})}, kCa, "chain"},
        {"leaf without key usage", {code}, kCa, "chain"},
        {"leaf that signs certificates", {makers::key_usage_ca(), code}, kCa, "chain"},
        {"leaf that is a CA", {code, {"2.5.29.15", true, {0x03, 0x02, 0x01, 0x86}}, makers::basic_constraints_ca()}, kCa, "chain"},
        {"leaf that is a CA by its constraints alone", {signing, code, makers::basic_constraints_ca()}, kCa, "chain"},
        {"issuer for servers", {signing, code}, with(kCa, server), "chain"},
        {"issuer that is no CA", {signing, code}, {makers::key_usage_ca()}, "chain"},
        {"issuer that may not sign certificates", {signing, code}, {signing, makers::basic_constraints_ca()}, "chain"},
        {"leaf with an unknown critical extension", {signing, code, {"1.2.3.4", true, {0x05, 0x00}}}, kCa, "chain"},
    };
    for (const auto& test : cases) {
        CAPTURE(test.name);
        makers::Ca ca;
        ca.leaf_spec.extensions = test.leaf;
        ca.issuer_spec.extensions = test.issuer;
        CHECK(verdict(ca, {at(1'500)}) == test.expected);
    }
}

TEST_CASE("path lengths and name constraints of issuers hold") {
    makers::Ca ca;
    // permitted: rfc822Name "corp.example"
    const base::Bytes constraint{0x30, 0x12, 0xA0, 0x10, 0x30, 0x0E, 0x81, 0x0C, 'c', 'o',
                                 'r',  'p',  '.',  'e',  'x',  'a',  'm',  'p',  'l', 'e'};
    ca.issuer_spec.extensions.push_back({"2.5.29.30", true, constraint});
    CHECK(verdict(ca, {at(1'500)}) == "chain");
    ca.leaf_spec.extensions[2] = makers::san_email("me@corp.example");
    CHECK(verdict(ca, {at(1'500)}) == "path");
}

TEST_CASE("of several issuers of one name and key the reason that is nearest to a path is told") {
    const makers::Ca ca;
    auto expired = ca.issuer_spec;
    expired.not_after = 1'100;
    auto unfit = ca.issuer_spec;
    unfit.extensions.back() = makers::extended_key_usage({std::string(makers::kServerAuth)});
    const auto first = makers::certificate_der(expired, ca.issuer_key, ca.root_key);
    const auto second = makers::certificate_der(unfit, ca.issuer_key, ca.root_key);
    const auto reason = [&](const std::vector<base::Bytes>& issuers) {
        auto chain = issuers;
        chain.push_back(ca.chain()[1]);
        const auto document = base::json::parse(makers::authority_json(chain)).value();
        const auto authority = Authority::parse(base::json::Reader(document), Authority::Role::certificates).value();
        return build_path(ca.leaf(makers::key()), authority, Purpose::code_signing, at(1'500)).error();
    };
    CHECK(reason({first, second}).code == FailureCode::time_outside_cert);
    CHECK(reason({first, second}).expected == "a certificate and issuers that are valid at the verified time");
    CHECK(reason({second, first}).code == FailureCode::time_outside_cert);
    CHECK(reason({second}).code == FailureCode::chain);
    CHECK(reason({second}).expected == "issuers that are CAs for this purpose");
    CHECK(reason({makers::Ca().chain()[0]}).expected == "a path to the anchor of https://ca.example");
}

TEST_CASE("6.3 rule 9: a timestamp signer that is a CA is refused") {
    const bool is_ca = GENERATE(false, true);
    makers::Ca ca;
    ca.issuer_spec.extensions = kCa;
    ca.leaf_spec.extensions = {makers::extended_key_usage({std::string(makers::kTimeStamping)}, true)};
    if (is_ca) ca.leaf_spec.extensions.push_back(makers::basic_constraints_ca());
    const auto document = base::json::parse(makers::authority_json(ca.chain())).value();
    const auto authority = Authority::parse(base::json::Reader(document), Authority::Role::timestamps).value();
    CHECK(build_path(ca.leaf(makers::key()), authority, Purpose::time_stamping, at(1'500)).has_value() == !is_ca);
}

TEST_CASE("timestamp signers: critical, and the only purpose") {
    const auto stamping = std::string(makers::kTimeStamping);
    const auto [name, usage, expected] = GENERATE_COPY(table<std::string, makers::Extension, bool>({
        {"as RFC 3161 says", makers::extended_key_usage({stamping}, true), true},
        {"not critical", makers::extended_key_usage({stamping}), false},
        {"a second purpose", makers::extended_key_usage({stamping, std::string(makers::kCodeSigning)}, true), false},
        {"an unknown second purpose", makers::extended_key_usage({stamping, "1.2.3.4.5"}, true), false},
        {"another purpose", makers::extended_key_usage({std::string(makers::kCodeSigning)}, true), false},
    }));
    CAPTURE(name);
    makers::Ca ca;
    ca.issuer_spec.extensions = kCa;
    ca.leaf_spec.extensions = {usage};
    const auto document = base::json::parse(makers::authority_json(ca.chain())).value();
    const auto authority = Authority::parse(base::json::Reader(document), Authority::Role::timestamps).value();
    CHECK(build_path(ca.leaf(makers::key()), authority, Purpose::time_stamping, at(1'500)).has_value() == expected);
}

TEST_CASE("timestamp issuers: code signing alone is not enough") {
    makers::Ca ca;  // its issuer is for code signing
    ca.leaf_spec.extensions = {makers::extended_key_usage({std::string(makers::kTimeStamping)}, true)};
    const auto document = base::json::parse(makers::authority_json(ca.chain())).value();
    const auto authority = Authority::parse(base::json::Reader(document), Authority::Role::timestamps).value();
    const auto path = build_path(ca.leaf(makers::key()), authority, Purpose::time_stamping, at(1'500));
    REQUIRE_FALSE(path);
    CHECK(path.error().code == FailureCode::chain);
}

TEST_CASE("a certificate that is signed with SHA-1 has no path") {
    makers::Ca ca;
    ca.leaf_spec.hash = "SHA1";
    CHECK(verdict(ca, {at(1'500)}) == "chain");
    ca.leaf_spec.hash = "SHA384";
    CHECK(verdict(ca, {at(1'500)}) == "path");
}
