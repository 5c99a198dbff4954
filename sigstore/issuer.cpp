#include "sigstore/issuer.h"

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "base/openssl.h"

namespace sigstore {

namespace {

constexpr std::size_t kMostPaths = 32;

using StoreContext = base::OpensslHandle<X509_STORE_CTX, X509_STORE_CTX_free>;
void free_stack(STACK_OF(X509) * stack) {
    sk_X509_free(stack);  // the certificates belong to others
}
using CertificateStack = base::OpensslHandle<STACK_OF(X509), free_stack>;

std::shared_ptr<X509_STORE> store_with(const Certificate& believed) {
    std::shared_ptr<X509_STORE> store(X509_STORE_new(), X509_STORE_free);
    if (!store || X509_STORE_add_cert(store.get(), believed.handle()) != 1) return nullptr;
    // What is believed may be an intermediate, hence PARTIAL_CHAIN. Times are checked by hand, because OpenSSL takes notAfter for
    // exclusive; that holds only as long as nobody calls set_time, which overrides NO_CHECK_TIME.
    X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
    // 112 bits: no SHA-1 in a chain, no RSA below 2 048 bits.
    X509_VERIFY_PARAM_set_auth_level(X509_STORE_get0_param(store.get()), 2);
    return store;
}

// The path that OpenSSL finds is exactly `signer` and `above`. No purpose is set: OpenSSL knows none for code signing before 3.2, and its
// others refuse Fulcio's chains.
bool verifies(X509_STORE* store, const Certificate& signer, std::span<const Certificate> above) {
    const CertificateStack untrusted(sk_X509_new_null());
    const StoreContext context(X509_STORE_CTX_new());
    if (!untrusted || !context) return false;
    for (const auto& certificate : above) {
        if (sk_X509_push(untrusted.get(), certificate.handle()) == 0) return false;
    }
    const bool found =
        X509_STORE_CTX_init(context.get(), store, signer.handle(), untrusted.get()) == 1 && X509_verify_cert(context.get()) == 1;
    base::clear_openssl_errors();
    if (!found) return false;
    const auto* const chain = X509_STORE_CTX_get0_chain(context.get());
    if (static_cast<std::size_t>(sk_X509_num(chain)) != 1 + above.size()) return false;
    for (int i = 1; i < sk_X509_num(chain); ++i) {
        if (X509_cmp(sk_X509_value(chain, i), above[static_cast<std::size_t>(i) - 1].handle()) != 0) return false;
    }
    return true;
}

// By name and key identifier; whether the signature is good is asked later.
bool may_have_issued(const Certificate& issuer, const Certificate& subject) {
    return issuer != subject && X509_check_issued(issuer.handle(), subject.handle()) == X509_V_OK;
}

bool has_name_constraints(const Certificate& certificate) {
    return X509_get_ext_by_NID(certificate.handle(), NID_name_constraints, -1) >= 0;
}

bool is_self_issued(const Certificate& certificate) { return (X509_get_extension_flags(certificate.handle()) & EXFLAG_SI) != 0; }

// RFC 5280 6.1.4 (l) and (m), for a signer below path[0].
bool lengths_hold(const Path& path) {
    long below = 0;
    for (const auto& certificate : path) {
        const auto limit = X509_get_pathlen(certificate.handle());
        if (limit >= 0 && below > limit) return false;
        if (!is_self_issued(certificate)) ++below;
    }
    return true;
}

// Paths upwards from `begin`, none of which visits a certificate twice.
std::vector<Path> paths_from(const Certificate& begin, std::span<const Certificate> intermediates, const Certificate& anchor) {
    std::vector<Path> open{{begin}};
    std::vector<Path> complete;
    for (std::size_t next = 0; next < open.size() && open.size() < 8 * kMostPaths; ++next) {
        const auto path = open[next];
        if (may_have_issued(anchor, path.back())) {
            complete.push_back(path);
            complete.back().push_back(anchor);
        }
        for (const auto& intermediate : intermediates) {
            if (std::ranges::find(path, intermediate) != path.end() || !may_have_issued(intermediate, path.back())) continue;
            open.push_back(path);
            open.back().push_back(intermediate);
        }
    }
    return complete;
}

}  // namespace

std::vector<Issuer> Issuer::find(std::span<const Certificate> intermediates, const Certificate& anchor) {
    std::vector<Issuer> issuers;
    const auto add = [&](Path path) {
        Issuer issuer(std::move(path));
        if (issuers.size() < kMostPaths && issuer.validate()) issuers.push_back(std::move(issuer));
    };
    for (const auto& intermediate : intermediates) {
        for (auto& path : paths_from(intermediate, intermediates, anchor)) add(std::move(path));
    }
    add({anchor});
    return issuers;
}

bool Issuer::validate() {
    const auto above = std::span(path_).subspan(1);
    // OpenSSL takes certificates without BasicConstraints for CAs in some cases.
    if (!std::ranges::all_of(path_, &Certificate::is_authority) || !lengths_hold(path_)) return false;
    if (!above.empty()) {
        const auto anchor = store_with(path_.back());
        if (!anchor || !verifies(anchor.get(), path_.front(), above)) return false;
    }
    // Names that a CA further up permits are compared with the signer's: those need the whole path each time.
    is_shortened_ = std::ranges::none_of(above, has_name_constraints);
    store_ = store_with(is_shortened_ ? path_.front() : path_.back());
    return store_ != nullptr;
}

bool Issuer::has_issued(const Certificate& signer) const {
    if (!may_have_issued(path_.front(), signer)) return false;
    return verifies(store_.get(), signer, is_shortened_ ? std::span(path_).first(1) : std::span(path_));
}

}  // namespace sigstore
