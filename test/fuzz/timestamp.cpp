// TimeStampResp (RFC 3161): no token but those that the authority of test/data/images made is believed about their signatures, and it
// says the same time.
#include "sigstore/timestamp.h"

#include <array>

#include "sigstore/timestamp_token.h"
#include "test/fuzz/property.h"
#include "test/fuzz/signed_images.h"

namespace {

using fuzz::require;

struct Genuine {
    const base::Bytes* signature;
    base::Time time;
};

std::vector<Genuine> read_genuine() {
    std::vector<Genuine> found;
    for (const auto& image : fuzz::signed_images()) {
        for (const auto& token : image.bundle.timestamps()) {
            const auto facts = sigstore::verify_timestamp(token, std::array{base::BytesView(image.bundle.signature())},
                                                          fuzz::signed_images_root(), "timestamp");
            require(facts && *facts, "a real token verifies");
            found.push_back({&image.bundle.signature(), (*facts)->time});
        }
    }
    require(!found.empty(), "there are real tokens");
    return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto genuine = read_genuine();
    const base::BytesView input(data, size);
    const auto token = sigstore::TimestampToken::parse(input, "timestamp");
    if (!token) {
        require(token.error().code == sigstore::FailureCode::timestamp, "every failure is about the timestamp");
        return 0;
    }
    for (const auto& [signature, time] : genuine) {
        const auto facts =
            sigstore::verify_timestamp(input, std::array{base::BytesView(*signature)}, fuzz::signed_images_root(), "timestamp");
        if (!facts || !*facts) continue;
        require(token->is_about(*signature), "a believed token is about the signature");
        require((*facts)->time == time && token->time() == time, "nobody made a token of another time");
    }
    return 0;
}
