#include "sigstore/artifact.h"

#include "test/support/catch.h"

using namespace sigstore;
using base::HashAlgorithm;

TEST_CASE("an artifact that is known by a digest has that digest and no other") {
    const auto sha256 = base::Digest::sha256_of(base::as_bytes("a"));
    const Artifact artifact(sha256);
    REQUIRE(artifact.digest(HashAlgorithm::sha256) != nullptr);
    CHECK(*artifact.digest(HashAlgorithm::sha256) == sha256.bytes());
    CHECK(artifact.digest(HashAlgorithm::sha384) == nullptr);
    CHECK(artifact.digest(HashAlgorithm::sha512) == nullptr);
    CHECK_FALSE(artifact.content());
    CHECK(artifact.name() == sha256.to_string());
    const auto sha512 = base::Digest::of(HashAlgorithm::sha512, base::as_bytes("a"));
    CHECK(Artifact(sha512).name() == sha512.to_string());
    CHECK(Artifact(sha512).digest(HashAlgorithm::sha256) == nullptr);
}

TEST_CASE("an artifact whose bytes are at hand has every digest") {
    const auto content = base::to_bytes("a");
    const auto artifact = Artifact::of_content(content);
    for (const auto algorithm : {HashAlgorithm::sha256, HashAlgorithm::sha384, HashAlgorithm::sha512}) {
        REQUIRE(artifact.digest(algorithm) != nullptr);
        CHECK(*artifact.digest(algorithm) == base::hash(algorithm, content));
    }
    REQUIRE(artifact.content());
    CHECK(base::equal(*artifact.content(), content));
    CHECK(artifact.name() == base::Digest::sha256_of(content).to_string());
    CHECK(Artifact::of_content({}).content());  // an empty artifact is one too
}
