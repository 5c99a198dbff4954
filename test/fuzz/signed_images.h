// The images that real cosign signed (test/data/images), for targets that ask whether a forgery is believed.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "sigstore/bundle.h"
#include "sigstore/trusted_root.h"

namespace fuzz {

struct SignedImage {
    base::Digest digest;  // of its manifest
    std::string subject;  // who signed it
    std::string issuer;
    sigstore::Bundle bundle;
};

// Read once. The images that verify under signed_images_root().
[[nodiscard]] const std::vector<SignedImage>& signed_images();
// The signed notes in all bundles of test/data/images: all that the logs of that root ever signed.
[[nodiscard]] const std::vector<std::string>& signed_checkpoints();
[[nodiscard]] const sigstore::TrustedRoot& signed_images_root();

}  // namespace fuzz
