#include "sigstore/verifier.h"

#include "test/support/catch.h"
#include "test/unit/sigstore/vectors.h"

using namespace sigstore;
using vectors::decoded;
using vectors::edit;
using vectors::flip_decoded;
using vectors::flip_raw;

namespace {

const std::string kOtherDigest = "sha256:" + std::string(64, 'a');

// What becomes of a document: "verified", or the code of its refusal, wherever that happens.
std::string outcome(std::string_view json, const TrustedRoot& root, const base::Digest& artifact, const Thresholds& thresholds = {}) {
    const auto bundle = Bundle::parse(base::as_bytes(json));
    if (!bundle) {
        UNSCOPED_INFO(bundle.error().text());
        return std::string(to_string(bundle.error().code));
    }
    const auto verified = verify(*bundle, root, artifact, thresholds);
    if (verified) return "verified";
    UNSCOPED_INFO(verified.error().text());
    return std::string(to_string(verified.error().code));
}

}  // namespace

TEST_CASE("what cosign signed with the real stack verifies, and its facts are those of the certificate") {
    const auto [name, log, times] = GENERATE(table<std::string, std::string, std::size_t>({
        {"signed-rekor1-email", "https://rekor1.stack.test", 2},
        {"signed-rekor1-github", "https://rekor1.stack.test", 2},
        {"signed-rekor1-no-tsa", "https://rekor1.stack.test", 1},
        {"signed-rekor2-email", "https://rekor2.stack.test", 1},
        {"signed-rekor2-github", "https://rekor2.stack.test", 1},
        {"index-signed", "https://rekor2.stack.test", 1},
        {"other-identity", "https://rekor2.stack.test", 1},  // whether the signer is the right one is policy
        {"other-issuer", "https://rekor2.stack.test", 1},
    }));
    CAPTURE(name);
    const auto vector = vectors::image(name);
    const auto verified = verify(vectors::bundle(vector.bundle), vectors::image_root(), vector.artifact);
    if (!verified) FAIL(verified.error().text());
    CHECK(verified->subject == vector.subject);
    CHECK(verified->issuer == vector.issuer);
    CHECK(verified->predicate_type == "https://sigstore.dev/cosign/sign/v1");
    CHECK(verified->logs == std::vector{log});
    CHECK(verified->times.size() == times);
    CHECK(verified->certificate_sha256.size() == 64);
}

TEST_CASE("a bundle about another image, or of another Sigstore, is refused") {
    const auto vector = vectors::image("wrong-subject");
    CHECK(outcome(vector.bundle, vectors::image_root(), vector.artifact) == "subject");
    const auto other = vectors::image("other-sigstore");
    CHECK(outcome(other.bundle, vectors::image_root(), other.artifact) == "log_unknown");
    CHECK(outcome(other.bundle, vectors::root(vectors::image_root_text("trusted_root.other.json")), other.artifact) == "verified");
}

TEST_CASE("one flipped byte in the evidence is refused with the reason that fits") {
    struct Flip {
        std::string name;
        std::string member;
        std::size_t occurrence;
        vectors::Change change;
        std::string expected;
    };
    const auto vector_name = GENERATE(as<std::string>(), "signed-rekor1-email", "signed-rekor1-github", "signed-rekor2-email",
                                      "signed-rekor2-github");
    const bool is_v1 = vector_name.starts_with("signed-rekor1");
    const std::vector<Flip> flips{
        {"signature, first byte", "sig", 0, flip_decoded(0), "signature"},
        {"signature, last byte", "sig", 0, flip_decoded(-1), "signature"},
        {"signature, as text", "sig", 0, flip_raw(20), "signature"},
        {"payload, last byte", "payload", 0, flip_decoded(-1), "malformed"},
        {"certificate, its CA's signature", "rawBytes", 0, flip_decoded(-1), is_v1 ? "body_mismatch" : "body_mismatch"},
        {"certificate, as text, in the subject alternative name", "rawBytes", 0, flip_raw(700), "body_mismatch"},
        {"log entry, first byte", "canonicalizedBody", 0, flip_decoded(0), is_v1 ? "malformed" : "body_mismatch"},
        {"log entry, last byte", "canonicalizedBody", 0, flip_decoded(-1), is_v1 ? "malformed" : "body_mismatch"},
        {"log entry, the log's name", "keyId", 0, flip_decoded(0), "log_unknown"},
        {"inclusion proof, root hash", "rootHash", 0, flip_decoded(31), "inclusion"},
        {"inclusion proof, root hash as text", "rootHash", 0, flip_raw(3), "inclusion"},
        {"checkpoint, signature", "envelope", 0,
         [](std::string text) {
             const auto at = text.size() - 12;
             text[at] = text[at] == 'A' ? 'B' : 'A';
             return text;
         },
         "checkpoint"},
        {"checkpoint, origin", "envelope", 0, [](std::string text) { text[0] = 'x'; return text; }, "checkpoint"},
        {"timestamp, last byte: its signature", "signedTimestamp", 0, flip_decoded(-1), "timestamp"},
        {"timestamp, as text", "signedTimestamp", 0, flip_raw(400), "timestamp"},
        {"timestamp, first byte", "signedTimestamp", 0, flip_decoded(0), "timestamp"},
    };
    const auto vector = vectors::image(vector_name);
    const auto root = vectors::image_root();
    for (const auto& flip : flips) {
        CAPTURE(vector_name, flip.name);
        CHECK(outcome(edit(vector.bundle, flip.member, flip.change, flip.occurrence), root, vector.artifact) == flip.expected);
    }
}

TEST_CASE("no byte of a timestamp, nor of anything else that is signed, can be changed unnoticed") {
    const auto vector = vectors::image("signed-rekor1-email");
    const auto root = vectors::image_root();
    // The timestamp whole: much of it is under no signature. The rest in steps that end on every kind of field.
    const auto [member, step] = GENERATE(table<std::string, std::size_t>({
        {"signedTimestamp", 1}, {"rawBytes", 7}, {"canonicalizedBody", 11}, {"sig", 5}, {"signedEntryTimestamp", 5}, {"payload", 7},
    }));
    std::size_t size = 0;
    (void)edit(vector.bundle, member, [&](std::string text) {
        size = base::base64_decode(text).value().size();
        return text;
    });
    for (std::size_t i = 0; i < size; i += step) {
        CAPTURE(member, i);
        const auto changed = edit(vector.bundle, member, flip_decoded(static_cast<std::ptrdiff_t>(i)));
        if (outcome(changed, root, vector.artifact) == "verified") FAIL_CHECK("still verified");
    }
    CHECK(size > 0);
}
