#include "sigstore/chain.h"

#include <algorithm>
#include <optional>

#include "sigstore/oid.h"

namespace sigstore {

namespace {

constexpr std::string_view kPlace = "certificate";

base::BytesView oid_of(Purpose purpose) {
    return purpose == Purpose::code_signing ? base::BytesView(oid::kCodeSigning) : base::BytesView(oid::kTimeStamping);
}

bool has_purpose(const Certificate::ExtendedKeyUsage& usage, base::BytesView purpose) {
    return std::ranges::any_of(usage.purposes, [&](base::BytesView other) { return base::equal(other, purpose); });
}

bool signer_fits(const Certificate& signer, Purpose purpose) {
    const auto& usage = signer.extended_key_usage();
    if (!usage || signer.is_ca()) return false;
    if (purpose == Purpose::code_signing) return signer.has_digital_signature() && has_purpose(*usage, oid::kCodeSigning);
    // RFC 3161 2.3: critical, and the only purpose; unknown purposes count too.
    return usage->is_critical && usage->purposes.size() == 1 && has_purpose(*usage, oid::kTimeStamping);
}

// CAs above a signer may limit its purposes: if they name any, ours must be among them.
bool authority_fits(const Certificate& authority, Purpose purpose) {
    const auto& usage = authority.extended_key_usage();
    return !usage || has_purpose(*usage, oid_of(purpose)) || has_purpose(*usage, oid::kAnyPurpose);
}

bool is_valid_at(const Path& path, base::Time time) {
    return std::ranges::all_of(path, [&](const Certificate& certificate) { return certificate.valid_at(time); });
}

Failure outside(base::Time time) {
    return {FailureCode::time_outside_cert, std::string(kPlace), "a certificate and issuers that are valid at the verified time",
            base::format_rfc3339(time)};
}

struct TrustedPath {
    Path path;
    const Authority* authority;
    [[nodiscard]] bool holds_at(base::Time time) const { return authority->valid_for.contains(time) && is_valid_at(path, time); }
};

Checked<TrustedPath> trusted_path(const Certificate& leaf, const TrustedRoot& root, base::Time time) {
    Failure reason(FailureCode::chain, std::string(kPlace), "a certificate of a CA that is trusted at " + base::format_rfc3339(time));
    for (const auto& authority : root.certificate_authorities()) {
        if (!authority.valid_for.contains(time)) continue;
        auto path = build_path(leaf, authority, Purpose::code_signing, time);
        if (path) return TrustedPath{*std::move(path), &authority};
        if (path.error().code == FailureCode::time_outside_cert) reason = path.error();
    }
    return std::unexpected(std::move(reason));
}

}  // namespace

Checked<Path> build_path(const Certificate& signer, const Authority& authority, Purpose purpose, base::Time time) {
    const std::string place(kPlace);
    if (!signer_fits(signer, purpose)) {
        return std::unexpected(Failure(FailureCode::chain, place, "a signer's certificate with the key usages for its purpose"));
    }
    Failure reason(FailureCode::chain, place, "a path to the anchor of " + authority.uri);
    for (std::size_t i = 0; i < authority.issuers.size(); ++i) {
        const auto& above = authority.issuers[i].path();
        if (!authority.has_issued(i, signer)) continue;
        const auto fits = [&](const Certificate& issuer) { return authority_fits(issuer, purpose); };
        if (!std::ranges::all_of(above, fits)) {
            if (reason.code != FailureCode::time_outside_cert) reason.expected = "issuers that are CAs for this purpose";
            continue;
        }
        Path path{signer};
        path.insert(path.end(), above.begin(), above.end());
        if (is_valid_at(path, time)) return path;
        reason = outside(time);  // of two certificates of one issuer the other may be valid
    }
    return std::unexpected(std::move(reason));
}

Checked<Path> certificate_path(const Certificate& leaf, const TrustedRoot& root, std::span<const base::Time> times) {
    std::optional<TrustedPath> last;
    for (const auto time : times) {
        if (!leaf.valid_at(time)) return std::unexpected(outside(time));
        // The usual case: the times lie seconds apart and one path serves them all.
        if (last && last->holds_at(time)) continue;
        TRY(auto next, trusted_path(leaf, root, time));
        if (last && last->path[1].key().spki() != next.path[1].key().spki()) {
            return std::unexpected(Failure(FailureCode::chain, std::string(kPlace), "one issuer at every verified time"));
        }
        last = std::move(next);
    }
    if (!last) return std::unexpected(Failure(FailureCode::no_time, std::string(kPlace), "a verified time", "none"));
    return std::move(last->path);
}

}  // namespace sigstore
