// trusted_root.json (protobuf-specs sigstore_trustroot.proto): whom to believe, and for which time. Parsed once;
// immutable; every certificate and key is ready for use. Windows are closed intervals and are compared with verified
// times, never with now.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "sigstore/authority.h"
#include "sigstore/failure.h"
#include "sigstore/transparency_log.h"

namespace sigstore {

class TrustedRoot {
public:
    // At most 4 MiB, 64 entries of each kind. Unknown members are tolerated (newer roots), unknown key types are left
    // out and told in warnings(); a known key that does not parse, or a log without the start of its window, makes the
    // whole root invalid.
    [[nodiscard]] static Checked<TrustedRoot> parse(base::BytesView json);

    [[nodiscard]] const std::string& version() const { return version_; }  // hex sha256 of the file: names the trust material
    [[nodiscard]] const std::vector<TransparencyLog>& logs() const { return logs_; }
    [[nodiscard]] const std::vector<TransparencyLog>& certificate_logs() const { return certificate_logs_; }
    [[nodiscard]] const std::vector<Authority>& certificate_authorities() const { return certificate_authorities_; }
    [[nodiscard]] const std::vector<Authority>& timestamp_authorities() const { return timestamp_authorities_; }
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

    [[nodiscard]] const TransparencyLog* find_log(const base::Sha256& id) const;
    [[nodiscard]] const TransparencyLog* find_certificate_log(const base::Sha256& id) const;

private:
    TrustedRoot() = default;
    [[nodiscard]] static Checked<TrustedRoot> parse_document(base::BytesView json);
    std::string version_;
    std::vector<TransparencyLog> logs_;
    std::vector<TransparencyLog> certificate_logs_;
    std::vector<Authority> certificate_authorities_;
    std::vector<Authority> timestamp_authorities_;
    std::vector<std::string> warnings_;
};

}  // namespace sigstore
