// Sigstore bundles (sigstore-verification 1): whatever is read as a bundle and verifies was signed by one of the signers of
// test/data/images, and about the image that they signed.
#include "sigstore/bundle.h"

#include <algorithm>

#include "sigstore/statement.h"
#include "sigstore/verifier.h"
#include "test/fuzz/property.h"
#include "test/fuzz/signed_images.h"

namespace {

using fuzz::require;
using sigstore::Bundle;

void check_bounds(const Bundle& bundle) {
    require(bundle.log_entries().size() <= sigstore::kMaxLogEntries, "at most 32 log entries");
    require(bundle.timestamps().size() <= sigstore::kMaxTimestamps, "at most 32 timestamps");
    require(!bundle.signature().empty(), "there is a signature");
    for (const auto& token : bundle.timestamps()) {
        require(!token.empty() && token.size() <= sigstore::kMaxTimestampSize, "a timestamp has a size within its bounds");
    }
    for (const auto& entry : bundle.log_entries()) {
        require(entry.log_index >= 0 && entry.integrated_time >= 0, "an entry's numbers are not negative");
        require(!entry.kind.empty() && !entry.version.empty() && !entry.body.empty(), "an entry has kind, version and body");
        require(!entry.proof || entry.proof->hashes.size() <= 64, "a path has at most 64 hashes");
        const auto same = [&](const auto& other) { return other.log_id == entry.log_id && other.log_index == entry.log_index; };
        require(std::ranges::count_if(bundle.log_entries(), same) == 1, "no entry is there twice");
    }
}

// Only for what could be about an image: everything else is refused by its subject.
void check_verdict(const Bundle& bundle) {
    for (const auto& image : fuzz::signed_images()) {
        const auto verified = sigstore::verify(bundle, fuzz::signed_images_root(), image.digest);
        if (!verified) {
            require(!verified.error().text().empty() && verified.error().text().size() < 4096, "a failure is told in bounds");
            continue;
        }
        require(verified->subject == image.subject && verified->issuer == image.issuer, "only an image's own signer signed it");
        require(bundle.signature() == image.bundle.signature(), "only a signature that was made is believed");
        require(!verified->times.empty() && !verified->logs.empty(), "what verifies has a time and a log");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bundle = Bundle::parse(base::BytesView(data, size));
    if (!bundle) {
        require(!bundle.error().text().empty() && bundle.error().text().size() < 4096, "a failure is told in bounds");
        return 0;
    }
    check_bounds(*bundle);
    check_verdict(*bundle);
    return 0;
}
