#include "sigstore/trusted_root.h"

#include <algorithm>

#include "base/json_reader.h"
#include "sigstore/json_fields.h"

namespace sigstore {

namespace {

using base::json::Reader;

constexpr std::size_t kMaxSize = 4 * 1024 * 1024;
constexpr std::size_t kMaxInstances = 64;

Checked<void> check_media_type(const Reader& root) {
    TRY(const auto type, text_field(root, "mediaType"));
    if (type == "application/vnd.dev.sigstore.trustedroot+json;version=0.1") return {};
    if (type == "application/vnd.dev.sigstore.trustedroot.v0.1+json") return {};
    if (type == "application/vnd.dev.sigstore.trustedroot.v0.2+json") return {};
    return std::unexpected(Failure(FailureCode::unsupported, "mediaType", "a Sigstore trusted root of version 0.1 or 0.2", type));
}

const TransparencyLog* find_in(const std::vector<TransparencyLog>& logs, const base::Sha256& id) {
    const auto found = std::ranges::find(logs, id, &TransparencyLog::id);
    return found == logs.end() ? nullptr : &*found;
}

// Implementations index logs by the declared id and let the last one win; two keys under one id are a mistake or an
// attack.
Checked<std::vector<TransparencyLog>> parse_logs(const Reader& root, std::string_view name, std::vector<std::string>& warnings) {
    TRY(const auto items, list_field(root, name, kMaxInstances));
    std::vector<TransparencyLog> logs;
    for (const auto& item : items) {
        TRY(auto log, TransparencyLog::parse(item));
        if (!log) {
            warnings.push_back(item.path() + ": key type is not known, the log is left out");
            continue;
        }
        if (log->id != log->key.spki_sha256() && log->id != log->note_id(log->host)) {
            warnings.push_back(item.path() + ": logId is not the one that its key gives");
        }
        if (find_in(logs, log->id) != nullptr) {
            return std::unexpected(Failure(FailureCode::trust_root, item.path() + ".logId", "an id of its own", "one that is taken"));
        }
        logs.push_back(*std::move(log));
    }
    return logs;
}

Checked<std::vector<Authority>> parse_authorities(const Reader& root, std::string_view name, Authority::Role role) {
    TRY(const auto items, list_field(root, name, kMaxInstances));
    std::vector<Authority> authorities;
    for (const auto& item : items) {
        TRY(auto authority, Authority::parse(item, role));
        authorities.push_back(std::move(authority));
    }
    return authorities;
}

}  // namespace

Checked<TrustedRoot> TrustedRoot::parse(base::BytesView json) {
    auto root = parse_document(json);
    // Bytes of the root that cannot be read are a fault of the configuration, never of a bundle.
    if (!root && root.error().code == FailureCode::malformed) root.error().code = FailureCode::trust_root;
    return root;
}

Checked<TrustedRoot> TrustedRoot::parse_document(base::BytesView json) {
    if (json.size() > kMaxSize) return std::unexpected(Failure(FailureCode::limits, "", "a trusted root of at most 4 MiB"));
    TRY(const auto document, base::json::parse(base::as_text(json)));
    const Reader root(document);
    TRY_VOID(check_media_type(root));
    TrustedRoot result;
    result.version_ = base::hex_encode(base::sha256(json));
    TRY(result.logs_, parse_logs(root, "tlogs", result.warnings_));
    TRY(result.certificate_logs_, parse_logs(root, "ctlogs", result.warnings_));
    TRY(result.certificate_authorities_, parse_authorities(root, "certificateAuthorities", Authority::Role::certificates));
    TRY(result.timestamp_authorities_, parse_authorities(root, "timestampAuthorities", Authority::Role::timestamps));
    return result;
}

const TransparencyLog* TrustedRoot::find_log(const base::Sha256& id) const { return find_in(logs_, id); }

const TransparencyLog* TrustedRoot::find_certificate_log(const base::Sha256& id) const { return find_in(certificate_logs_, id); }

}  // namespace sigstore
