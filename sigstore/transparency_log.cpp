#include "sigstore/transparency_log.h"

#include <array>

#include "sigstore/json_fields.h"
#include "sigstore/key_details.h"

namespace sigstore {

namespace {

// "https://rekor.sigstore.dev:443/api" → "rekor.sigstore.dev"; a text without a scheme is the host itself.
std::string host_of(std::string_view url) {
    if (const auto scheme = url.find("://"); scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
    return std::string(url.substr(0, url.find_first_of(":/?#")));
}

}  // namespace

Checked<std::optional<TransparencyLog>> TransparencyLog::parse(const base::json::Reader& json) {
    TRY(const auto public_key, json.at("publicKey"));
    TRY(const auto details_name, text_field(public_key, "keyDetails"));
    const auto* const details = find_key_details(details_name);
    // No log signs with PSS or pre-hashes for Ed25519.
    if (details == nullptr || details->padding == RsaPadding::pss || details_name == "PKIX_ED25519_PH") return std::nullopt;
    TRY(const auto hash, hash_field(json, "hashAlgorithm"));
    if (hash != base::HashAlgorithm::sha256) {
        return std::unexpected(Failure(FailureCode::trust_root, json.path() + ".hashAlgorithm", "SHA2_256"));
    }
    TRY(const auto der, bytes_field(public_key, "rawBytes"));
    TRY(auto key, read_key(der, *details, public_key.path() + ".rawBytes"));
    TRY(const auto valid_for, time_range_field(public_key, "validFor"));
    // Without a start the key would have been good for ever before (conformance:
    // trust-root-tlog-missing-validity-start).
    if (!valid_for.start) {
        return std::unexpected(Failure(FailureCode::trust_root, public_key.path() + ".validFor.start", "a time", "none"));
    }
    TRY(auto base_url, text_field(json, "baseUrl"));
    TRY(auto operator_name, optional_text_field(json, "operator"));
    TRY(const auto log_id, json.at("logId"));
    TRY(const auto key_id, log_id.at("keyId"));
    TRY(const auto id, sha256_value(key_id));
    auto host = host_of(base_url);
    return TransparencyLog{std::move(base_url), std::move(host), std::move(operator_name), id, std::move(key), valid_for};
}

base::Sha256 TransparencyLog::note_id(std::string_view name) const {
    if (key.is_ecdsa()) return key.spki_sha256();
    const auto newline = base::as_bytes("\n");
    if (key.kind() == KeyKind::ed25519) {
        const std::array<std::uint8_t, 1> algorithm{0x01};
        return base::sha256({base::as_bytes(name), newline, algorithm, key.ed25519_raw()});
    }
    const std::array<std::uint8_t, 1> algorithm{0xFF};
    return base::sha256({base::as_bytes(name), newline, algorithm, base::as_bytes("PKIX-RSA-PKCS#1v1.5"), key.spki()});
}

bool TransparencyLog::is_v2_only() const { return key.kind() == KeyKind::ed25519 || id != key.spki_sha256(); }

std::string TransparencyLog::counting_key() const { return operator_name.empty() ? base::hex_encode(id) : operator_name; }

}  // namespace sigstore
