// Simple signing payloads (cosign-oci-and-signing A1.3), and, behind a first line "att", DSSE envelopes of attestations (A1.1): without a
// signature nothing is believed, and a payload names a manifest only if its digest stands in it.
#include "sigstore/simple_signing.h"

#include "sigstore/legacy_signature.h"
#include "test/fuzz/property.h"
#include "test/fuzz/signed_images.h"

namespace {

using fuzz::require;

constexpr std::string_view kAttestation = "att\n";

void check_payload(std::string_view text) {
    const auto payload = sigstore::SimpleSigning::parse(base::as_bytes(text));
    if (!payload) {
        require(!payload.error().text().empty() && payload.error().text().size() < 4096, "a failure is told in bounds");
        return;
    }
    const bool has_escapes = text.contains('\\');  // escaped letters are the same letters
    require(text.contains(payload->manifest().hex()) || has_escapes, "a payload names the manifest that stands in it");
    require(text.contains(payload->docker_reference()) || has_escapes, "a reference stands in the payload");
    for (const auto& [name, value] : payload->annotations()) {
        require((text.contains(name) && text.contains(value)) || has_escapes, "an annotation stands in the payload");
    }
    require(payload->is_about(payload->manifest()), "a payload is about the manifest that it names");
    const auto other = sigstore::SimpleSigning::parse(base::to_bytes(" \n" + std::string(text) + "\t"));
    require((other && other->manifest() == payload->manifest()) || text.size() + 3 > sigstore::kMaxSimpleSigning,
            "blanks around a payload change nothing");
}

void check_layer(const sigstore::Checked<sigstore::LegacySignature>& signature) {
    if (!signature) return;
    for (const auto& image : fuzz::signed_images()) {
        require(!signature->verify(fuzz::signed_images_root(), image.digest), "no certificate, no signature");
        const sigstore::ManagedKey key{image.bundle.certificate()->key(), sigstore::RsaPadding::pkcs1, {}};
        require(!signature->verify_with_key(fuzz::signed_images_root(), key, image.digest), "a layer that is in no log is not believed");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto text = fuzz::as_text(data, size);
    sigstore::LegacyLayer layer;
    if (text.starts_with(kAttestation)) {
        layer.blob = base::to_bytes(text.substr(kAttestation.size()));
        check_layer(sigstore::LegacySignature::of_attestation(layer));
        return 0;
    }
    check_payload(text);
    layer.blob = base::to_bytes(text);
    layer.signature = "AAAA";
    check_layer(sigstore::LegacySignature::of_image(layer));
    return 0;
}
