// A Sigstore bundle (protobuf-specs sigstore_bundle.proto, versions 0.1 to 0.3): parsed once, strictly and within
// bounds; immutable. Nothing in it is believed: verify() in verifier.h decides. Unknown members, other spellings and
// double members are refused, because another reader of the same bytes could see another bundle
// (sigstore-verification 1.3).
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "sigstore/certificate.h"
#include "sigstore/dsse.h"
#include "sigstore/failure.h"
#include "sigstore/log_entry.h"

namespace sigstore {

inline constexpr std::size_t kMaxBundleSize = 4 * 1024 * 1024;
inline constexpr std::size_t kMaxLogEntries = 32;
inline constexpr std::size_t kMaxTimestamps = 32;
inline constexpr std::size_t kMaxTimestampSize = 64 * 1024;
inline constexpr std::size_t kMaxBundleCertificates = 10;

enum class BundleVersion { v0_1, v0_2, v0_3 };

struct PublicKeyHint {  // an unauthenticated selector of a key that the verifier must know already
    std::string hint;
};

struct MessageSignature {
    base::HashAlgorithm digest_algorithm;
    base::Bytes digest;  // a hint: compared with the artifact, never verified against
    base::Bytes signature;
};

class Bundle {
public:
    using Material = std::variant<Certificate, PublicKeyHint>;
    using Content = std::variant<DsseEnvelope, MessageSignature>;
    struct Parts {
        Material material;
        Content content;
        std::vector<LogEntry> log_entries;
        std::vector<base::Bytes> timestamps;
        base::Bytes envelope;  // its JSON text
    };

    // At most kMaxBundleSize bytes. Failure codes: malformed, unsupported, limits, inclusion (a proof that the version
    // demands).
    [[nodiscard]] static Checked<Bundle> parse(base::BytesView json);

    // The same in one of cosign's older formats (legacy_signature.h).
    [[nodiscard]] static Bundle of_legacy(Parts parts);

    [[nodiscard]] BundleVersion version() const { return version_; }
    [[nodiscard]] const Material& material() const { return material_; }
    [[nodiscard]] const Certificate* certificate() const { return std::get_if<Certificate>(&material_); }  // null: a key is named
    [[nodiscard]] const Content& content() const { return content_; }
    [[nodiscard]] const base::Bytes& signature() const;  // raw, whichever the content is
    [[nodiscard]] const std::vector<LogEntry>& log_entries() const { return log_entries_; }
    [[nodiscard]] const std::vector<base::Bytes>& timestamps() const { return timestamps_; }  // DER TimeStampResp
    [[nodiscard]] bool is_legacy() const { return is_legacy_; }
    [[nodiscard]] const base::Bytes& envelope_text() const { return envelope_text_; }  // of a legacy attestation; else empty

private:
    Bundle(BundleVersion version, Material material, Content content)
        : version_(version), material_(std::move(material)), content_(std::move(content)) {}

    BundleVersion version_;
    Material material_;
    Content content_;
    std::vector<LogEntry> log_entries_;
    std::vector<base::Bytes> timestamps_;
    bool is_legacy_ = false;
    base::Bytes envelope_text_;
};

}  // namespace sigstore
