#include "test/component/verifications.h"

#include <atomic>

#include "sigstore/verifier.h"

namespace test {
namespace {

std::atomic<std::size_t> counted{0};

}  // namespace

using Verified = sigstore::Checked<sigstore::VerifiedSignature>;
using sigstore::Artifact, sigstore::Bundle, sigstore::IsWanted, sigstore::Thresholds, sigstore::TrustedRoot;

Verified real_verify(const Bundle& bundle, const TrustedRoot& root, const Artifact& artifact, const Thresholds& thresholds,
                     const IsWanted& is_wanted) asm("__real_" VERIFY);
Verified counted_verify(const Bundle& bundle, const TrustedRoot& root, const Artifact& artifact, const Thresholds& thresholds,
                        const IsWanted& is_wanted) asm("__wrap_" VERIFY);

Verified counted_verify(const Bundle& bundle, const TrustedRoot& root, const Artifact& artifact, const Thresholds& thresholds,
                        const IsWanted& is_wanted) {
    ++counted;
    return real_verify(bundle, root, artifact, thresholds, is_wanted);
}

std::size_t verifications() { return counted; }

}  // namespace test
