#include "sigstore/chain.h"

#include <openssl/x509_vfy.h>

#include <algorithm>
#include <optional>

#include "base/openssl.h"
#include "sigstore/oid.h"

namespace sigstore {

namespace {

constexpr std::string_view kPlace = "certificate";

using StoreContext = base::OpensslHandle<X509_STORE_CTX, X509_STORE_CTX_free>;
void free_stack(STACK_OF(X509) * stack) {
    sk_X509_free(stack);  // the certificates belong to others
}
using CertificateStack = base::OpensslHandle<STACK_OF(X509), free_stack>;

base::BytesView oid_of(Purpose purpose) {
    return purpose == Purpose::code_signing ? base::BytesView(oid::kCodeSigning) : base::BytesView(oid::kTimeStamping);
}

bool has_purpose(const Certificate::ExtendedKeyUsage& usage, base::BytesView purpose) {
    return std::ranges::any_of(usage.purposes, [&](base::BytesView other) { return base::equal(other, purpose); });
}

bool signer_fits(const Certificate& signer, Purpose purpose) {
    const auto& usage = signer.extended_key_usage();
    if (!usage || signer.is_authority()) return false;
    if (purpose == Purpose::code_signing) return signer.has_digital_signature() && has_purpose(*usage, oid::kCodeSigning);
    // RFC 3161 2.3: critical, and the only purpose; unknown purposes count too.
    return usage->is_critical && usage->purposes.size() == 1 && has_purpose(*usage, oid::kTimeStamping);
}

// CAs above a signer may limit its purposes: if they name any, ours must be among them.
bool authority_fits(const Certificate& authority, Purpose purpose) {
    const auto& usage = authority.extended_key_usage();
    if (!authority.is_authority()) return false;
    return !usage || has_purpose(*usage, oid_of(purpose)) || has_purpose(*usage, oid::kAnyPurpose);
}

const Certificate* find_certificate(const Authority& authority, const X509* handle) {
    if (X509_cmp(authority.anchor.handle(), handle) == 0) return &authority.anchor;
    const auto is_it = [&](const Certificate& other) { return X509_cmp(other.handle(), handle) == 0; };
    const auto found = std::ranges::find_if(authority.intermediates, is_it);
    return found == authority.intermediates.end() ? nullptr : &*found;
}

// OpenSSL finds the path and checks names, signatures, basic constraints and critical extensions. No purpose is set: it
// knows none for code signing before 3.2, and its others refuse Fulcio's chains. Only `candidates` can stand between
// signer and anchor.
std::optional<Path> find_path(const Certificate& signer, const Authority& authority, std::span<const Certificate> candidates) {
    const CertificateStack untrusted(sk_X509_new_null());
    const StoreContext context(X509_STORE_CTX_new());
    if (!untrusted || !context) return std::nullopt;
    for (const auto& candidate : candidates) {
        if (sk_X509_push(untrusted.get(), candidate.handle()) == 0) return std::nullopt;
    }
    const bool found = X509_STORE_CTX_init(context.get(), authority.store.get(), signer.handle(), untrusted.get()) == 1 &&
                       X509_verify_cert(context.get()) == 1;
    base::clear_openssl_errors();
    if (!found) return std::nullopt;
    const auto* const chain = X509_STORE_CTX_get0_chain(context.get());
    Path path{signer};
    for (int i = 1; i < sk_X509_num(chain); ++i) {
        const auto* const certificate = find_certificate(authority, sk_X509_value(chain, i));
        if (certificate == nullptr) return std::nullopt;
        path.push_back(*certificate);
    }
    if (path.size() < 2) return std::nullopt;
    return path;
}

std::vector<Certificate> valid_at(std::span<const Certificate> certificates, base::Time time) {
    std::vector<Certificate> valid;
    for (const auto& certificate : certificates) {
        if (certificate.valid_at(time)) valid.push_back(certificate);
    }
    return valid;
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
    if (!signer_fits(signer, purpose)) {
        return std::unexpected(
            Failure(FailureCode::chain, std::string(kPlace), "a signer's certificate with the key usages for its purpose"));
    }
    // Only those that are valid now are offered, so that the search cannot settle on an expired twin of an
    // intermediate.
    auto path = find_path(signer, authority, valid_at(authority.intermediates, time));
    if (!path) {
        if (find_path(signer, authority, authority.intermediates)) return std::unexpected(outside(time));
        return std::unexpected(Failure(FailureCode::chain, std::string(kPlace), "a path to the anchor of " + authority.uri));
    }
    const auto fits = [&](const Certificate& issuer) { return authority_fits(issuer, purpose); };
    if (!std::all_of(path->begin() + 1, path->end(), fits)) {
        return std::unexpected(Failure(FailureCode::chain, std::string(kPlace), "issuers that are CAs for this purpose"));
    }
    if (!is_valid_at(*path, time)) return std::unexpected(outside(time));
    return *std::move(path);
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
