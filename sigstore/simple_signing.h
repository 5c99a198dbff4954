// The simple signing payload of cosign's older image signatures (cosign specs/SIGNATURE_SPEC.md; cosign-oci-and-signing A1.3).
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "sigstore/failure.h"

namespace sigstore {

inline constexpr std::size_t kMaxSimpleSigning = 64 * 1024;

class SimpleSigning {
public:
    // "critical" has exactly its three members and cosign's type; unknown members beside it are left alone, double ones refused. At most
    // kMaxSimpleSigning bytes. Failures: malformed, unsupported (another type), limits.
    [[nodiscard]] static Checked<SimpleSigning> parse(base::BytesView payload);

    [[nodiscard]] bool is_about(const base::Digest& manifest) const { return manifest_ == manifest; }
    [[nodiscard]] const base::Digest& manifest() const { return manifest_; }
    [[nodiscard]] const std::string& docker_reference() const { return docker_reference_; }  // what the signer called the repository
    struct Annotation {
        std::string name;
        std::string value;
    };
    [[nodiscard]] const std::vector<Annotation>& annotations() const { return annotations_; }  // members of "optional" that are texts

private:
    explicit SimpleSigning(base::Digest manifest) : manifest_(std::move(manifest)) {}
    base::Digest manifest_;
    std::string docker_reference_;
    std::vector<Annotation> annotations_;
};

}  // namespace sigstore
