#include "proxy/evidence_record.h"

#include "test/support/catch.h"

namespace proxy {
namespace {

const base::Digest kArtifact = base::Digest::sha256_of(base::as_bytes("artifact"));

Listing listing_of(std::initializer_list<base::Digest> artifacts) {
    Listing listing;
    for (const auto& artifact : artifacts) {
        registry::Descriptor descriptor{std::string(registry::kOciManifest), artifact, 10, {}, {}, false};
        listing.candidates.push_back(Candidate{std::move(descriptor), "referrers"});
    }
    return listing;
}

NamedRoot root(std::string name, std::string content) { return NamedRoot{std::move(name), std::move(content), nullptr}; }

Outcome verified(std::string content) { return Outcome{std::move(content), true, SignerFact{"issuer", "subject", "type", ""}, ""}; }
Outcome refused(std::string content) { return Outcome{std::move(content), false, {}, "wrong"}; }

}  // namespace

TEST_CASE("facts hold for the trust material that they were verified under, whatever it is called") {
    Evidence evidence(listing_of({kArtifact}), {}, nullptr);
    auto& record = evidence.candidates.front();
    record.bundle = std::make_shared<const base::Bytes>();
    record.outcomes.push_back(verified("old"));
    const std::vector before{root("public", "old")};
    const std::vector after{root("public", "new")};
    REQUIRE(evidence.facts(before).size() == 1);
    CHECK(evidence.facts(before).front().trust == "public");
    CHECK(evidence.facts(after).empty());
    CHECK(record.is_settled(before));
    CHECK_FALSE(record.is_settled(after));
}

TEST_CASE("a candidate is settled when it verified under one root, failed under all, or is faulty itself") {
    Evidence evidence(listing_of({kArtifact}), {}, nullptr);
    auto& record = evidence.candidates.front();
    const std::vector roots{root("a", "A"), root("b", "B")};
    CHECK_FALSE(record.is_settled(roots));
    record.bundle = std::make_shared<const base::Bytes>();
    CHECK_FALSE(record.is_settled(roots));
    record.outcomes.push_back(refused("A"));
    CHECK_FALSE(record.is_settled(roots));
    record.outcomes.push_back(verified("B"));
    CHECK(record.is_settled(roots));
    CHECK(record.report(roots).trust == "b");
    record.outcomes.back() = refused("B");
    CHECK(record.is_settled(roots));
    CHECK(record.report(roots).reason == "wrong");
    record.outcomes.clear();
    record.fault = "no bundle";
    CHECK(record.is_settled(roots));
    CHECK(record.report(roots).reason == "no bundle");
    CHECK(evidence.settled(roots) == 1);
    CHECK(evidence.reports(roots).size() == 1);
}

TEST_CASE("without a root a fetched candidate is settled, and nothing verified it") {
    Evidence evidence(listing_of({kArtifact}), {}, nullptr);
    evidence.candidates.front().bundle = std::make_shared<const base::Bytes>();
    CHECK(evidence.candidates.front().is_settled({}));
    CHECK(evidence.facts({}).empty());
    CHECK(evidence.reports({}).front().reason == "no trusted root to verify it with");
}

TEST_CASE("a new listing keeps what was learned about the same artifacts, but for their faults") {
    const auto other = base::Digest::sha256_of(base::as_bytes("other"));
    Evidence old(listing_of({kArtifact, other}), {}, nullptr);
    old.candidates[0].bundle = std::make_shared<const base::Bytes>(base::to_bytes("bundle"));
    old.candidates[0].outcomes.push_back(verified("A"));
    old.candidates[1].fault = "not found";
    const auto third = base::Digest::sha256_of(base::as_bytes("third"));
    const Evidence renewed(listing_of({third, other, kArtifact}), base::Time(std::chrono::seconds(5)), &old);
    REQUIRE(renewed.candidates.size() == 3);
    // The one that is known to be good comes first, the others as they are listed.
    CHECK(renewed.candidates[0].bundle == old.candidates[0].bundle);
    CHECK(renewed.candidates[0].outcomes.size() == 1);
    CHECK_FALSE(renewed.candidates[1].bundle);
    CHECK(renewed.candidates[2].fault.empty());
    CHECK(renewed.listed == base::Time(std::chrono::seconds(5)));
    CHECK(renewed.cost() > renewed.candidates[0].bundle->size());
}

}  // namespace proxy
