#include "test/component/verifications.h"

#include <atomic>

#include "sigstore/verifier.h"

namespace test {
namespace {

std::atomic<std::size_t> counted{0};

}  // namespace

using Verified = sigstore::Checked<sigstore::VerifiedSignature>;
using sigstore::Bundle, sigstore::Thresholds, sigstore::TrustedRoot;

Verified real_verify(const Bundle& bundle, const TrustedRoot& root, const base::Digest& artifact,
                     const Thresholds& thresholds) asm("__real_" VERIFY);
Verified counted_verify(const Bundle& bundle, const TrustedRoot& root, const base::Digest& artifact,
                        const Thresholds& thresholds) asm("__wrap_" VERIFY);

Verified counted_verify(const Bundle& bundle, const TrustedRoot& root, const base::Digest& artifact, const Thresholds& thresholds) {
    ++counted;
    return real_verify(bundle, root, artifact, thresholds);
}

std::size_t verifications() { return counted; }

}  // namespace test
