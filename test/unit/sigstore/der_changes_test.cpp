// Signed DER with one element changed at a time: no change may pass.
#include "test/world/der_changes.h"

#include <array>
#include <set>

#include "sigstore/chain.h"
#include "sigstore/fulcio_claims.h"
#include "sigstore/fulcio_extensions.h"
#include "sigstore/sct.h"
#include "sigstore/timestamp.h"
#include "test/support/catch.h"
#include "test/unit/sigstore/vectors.h"
#include "test/unit/sigstore/world.h"

using namespace sigstore;

TEST_CASE("a timestamp with one element changed is refused") {
    // Where the trusted root has the signer's certificate, one in the token is not looked at.
    const auto [embeds, root_has_signer] = GENERATE(table<bool, bool>({{false, true}, {true, true}, {true, false}}));
    const std::string certificates = "30.0/30.1/a0.1/30.0/a0.3";
    const world::Tsa tsa;
    const base::Bytes signature{'s', 'i', 'g'};
    world::TokenSpec spec;
    if (embeds) spec.embedded = {tsa.signer_der};
    const auto response = tsa.stamp(signature, spec);
    const std::vector<base::Bytes> chain(tsa.chain.begin() + (root_has_signer ? 0 : 1), tsa.chain.end());
    const auto root = vectors::root(makers::root_json(
        {.logs = {}, .certificate_logs = {}, .authorities = {}, .timestamp_authorities = {makers::authority_json(chain)}}));
    const auto stamps = [&](base::BytesView bytes) {
        const auto facts = verify_timestamp(bytes, std::array{base::BytesView(signature)}, root, "here");
        return facts && facts->has_value();
    };
    REQUIRE(stamps(response));
    for (const auto& change : world::der_changes(response)) {
        CAPTURE(change.place, change.what, embeds, root_has_signer);
        const bool is_unused = embeds && root_has_signer && change.place.starts_with(certificates);
        const bool is_same_again = change.place == certificates + "/30.0" && change.what == "twice";
        if (!is_unused && !is_same_again) CHECK_FALSE(stamps(change.bytes));
        if (is_unused) static_cast<void>(stamps(change.bytes));
    }
}

TEST_CASE("a certificate with one element changed has no path, and reading it ends in a verdict") {
    world::World world;
    world.sign();
    const auto root = world.root();
    const auto good = Certificate::parse(world.leaf, "").value();
    const std::array times{makers::at(1'500)};
    REQUIRE(certificate_path(good, root, times));
    const auto issuer = Certificate::parse(world.chain.front(), "").value();
    REQUIRE(verify_scts(good, issuer, root)->size() == 1);
    for (const auto& change : world::der_changes(world.leaf)) {
        CAPTURE(change.place, change.what);
        const auto certificate = Certificate::parse(change.bytes, "");
        if (!certificate) continue;
        CHECK_FALSE(certificate_path(*certificate, root, times));
        static_cast<void>(identity_of(*certificate));
        static_cast<void>(verify_scts(*certificate, issuer, root));
    }
}
