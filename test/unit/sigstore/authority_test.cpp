#include "sigstore/authority.h"

#include "test/support/catch.h"
#include "test/unit/sigstore/makers.h"

using namespace sigstore;

namespace {

Checked<Authority> parse(const std::string& json, Authority::Role role) {
    const auto document = base::json::parse(json).value();
    return Authority::parse(base::json::Reader(document, "authority"), role);
}

}  // namespace

TEST_CASE("a chain is read in its order: intermediates, anchor last") {
    const makers::Ca ca;
    const auto authority = parse(makers::authority_json(ca.chain()), Authority::Role::certificates);
    REQUIRE(authority);
    CHECK(authority->intermediates.size() == 1);
    CHECK(authority->anchor.key().spki() == ca.root_key.spki());
    CHECK_FALSE(authority->leaf);
    CHECK(authority->uri == "https://ca.example");
    CHECK(authority->valid_for.start);
    CHECK_FALSE(authority->valid_for.end);
}

TEST_CASE("one certificate is an anchor that issues itself") {
    const makers::Ca ca;
    const auto authority = parse(makers::authority_json({ca.chain()[1]}), Authority::Role::certificates);
    REQUIRE(authority);
    CHECK(authority->intermediates.empty());
}

TEST_CASE("a timestamp authority that lists its signer does so first; one that does not has none") {
    const makers::Ca ca;
    auto chain = ca.chain();
    CHECK_FALSE(parse(makers::authority_json(chain), Authority::Role::timestamps)->leaf);
    chain.insert(chain.begin(), makers::certificate_der(ca.leaf_spec, makers::key(), ca.issuer_key));
    const auto authority = parse(makers::authority_json(chain), Authority::Role::timestamps);
    REQUIRE(authority);
    REQUIRE(authority->leaf);
    CHECK(authority->intermediates.size() == 1);
    // Which of its issuers issued the listed signer is known from the start; of others it is asked.
    REQUIRE(authority->issuers.size() == 2);
    CHECK(authority->has_issued(0, *authority->leaf));
    CHECK_FALSE(authority->has_issued(1, *authority->leaf));
    CHECK(authority->has_issued(0, ca.leaf(makers::key())));
    CHECK_FALSE(authority->has_issued(0, makers::Ca().leaf(makers::key())));
}

TEST_CASE("a certificate authority has no signer of its own, whatever comes first in its chain") {
    const makers::Ca ca;
    auto chain = ca.chain();
    chain.insert(chain.begin(), makers::certificate_der(ca.leaf_spec, makers::key(), ca.issuer_key));
    const auto authority = parse(makers::authority_json(chain), Authority::Role::certificates);
    REQUIRE(authority);
    CHECK_FALSE(authority->leaf);
    CHECK(authority->intermediates.size() == 2);
    CHECK(authority->issuers.size() == 2);
}

TEST_CASE("a window may be missing, and then all times fit") {
    const makers::Ca ca;
    const auto authority = parse(makers::authority_json(ca.chain(), "null"), Authority::Role::certificates);
    REQUIRE(authority);
    CHECK(authority->valid_for.contains(makers::at(0)));
}

TEST_CASE("chains that are empty or too long are refused") {
    const makers::Ca ca;
    CHECK(parse(makers::authority_json({}), Authority::Role::certificates).error().code == FailureCode::trust_root);
    CHECK(parse(makers::authority_json(std::vector<base::Bytes>(11, ca.chain()[1])), Authority::Role::certificates).error().code ==
          FailureCode::limits);
    makers::Ca without;
    without.root_spec.extensions = {};
    CHECK(parse(makers::authority_json({without.chain()[1]}), Authority::Role::certificates).error().code == FailureCode::trust_root);
    CHECK(parse(R"({"uri":"x"})", Authority::Role::certificates).error().code == FailureCode::malformed);
}
