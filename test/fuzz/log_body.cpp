// The body of a log entry (sigstore-verification 4.2, 5.2): the first byte chooses a bundle and a kind, the rest is what a log is said to
// hold about it. A body that is accepted has the signature and the certificate of the bundle in it.
#include <array>

#include "sigstore/rekor_v1.h"
#include "sigstore/rekor_v2.h"
#include "test/fuzz/property.h"
#include "test/fuzz/signed_images.h"

namespace {

using fuzz::require;

struct Kind {
    const char* name;
    const char* version;
};
constexpr std::array kKinds = {Kind{"dsse", "0.0.1"}, Kind{"intoto", "0.0.2"}, Kind{"hashedrekord", "0.0.1"}, Kind{"hashedrekord", "0.0.2"},
                               Kind{"dsse", "0.0.2"}};

// Somebody's signature over a digest, with the certificate of an image: what a hashedrekord of Rekor v1 is about.
sigstore::Bundle message_bundle() {
    const auto& leaf = *fuzz::signed_images().front().bundle.certificate();
    const auto json =
        R"({"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"certificate":{"rawBytes":")" +
        base::base64_encode(leaf.der()) + R"("}},"messageSignature":{"messageDigest":{"algorithm":"SHA2_256","digest":")" +
        base::base64_encode(base::Bytes(32, 7)) + R"("},"signature":")" + base::base64_encode(base::Bytes(70, 9)) + R"("}})";
    return sigstore::Bundle::parse(base::as_bytes(json)).value();
}

const sigstore::Bundle& bundle_of(std::size_t choice) {
    static const auto message = message_bundle();
    const auto& images = fuzz::signed_images();
    const auto index = choice % (images.size() + 1);
    return index == images.size() ? message : images[index].bundle;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto& kind = kKinds[data[0] % kKinds.size()];
    const auto& bundle = bundle_of(data[0] / kKinds.size());
    sigstore::LogEntry entry;
    entry.where = "entry";
    entry.kind = kind.name;
    entry.version = kind.version;
    entry.body.assign(data + 1, data + size);
    const auto& leaf = *bundle.certificate();
    if (sigstore::rekor_v1::is_supported(entry, bundle)) {
        const auto checked = sigstore::rekor_v1::check_body(entry, bundle, leaf);
        if (!checked) return 0;
        // Slashes may be escaped in JSON; in a body that a log made they are not.
        const auto signature = base::base64_encode(bundle.signature());
        const auto body = std::string(base::as_text(entry.body));
        require(body.contains(signature) || body.contains(base::base64_encode(base::as_bytes(signature))) || body.contains('\\'),
                "an accepted body has the signature in it");
        require(body.size() > leaf.der().size(), "an accepted body has the certificate in it");
    } else if (sigstore::rekor_v2::is_supported(entry)) {
        const auto expected = sigstore::rekor_v2::expected_body(entry, bundle, leaf);
        require(!expected || expected->contains(base::base64_encode(bundle.signature())), "the expected body has the signature in it");
    }
    return 0;
}
