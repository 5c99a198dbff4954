#include "sigstore/authority.h"

#include "base/openssl.h"
#include "sigstore/json_fields.h"

namespace sigstore {

namespace {

constexpr std::size_t kMaxChain = 10;

Checked<std::vector<Certificate>> parse_chain(const base::json::Reader& json) {
    TRY(const auto chain, json.at("certChain"));
    TRY(const auto items, list_field(chain, "certificates", kMaxChain));
    std::vector<Certificate> certificates;
    for (const auto& item : items) {
        TRY(const auto der, bytes_field(item, "rawBytes"));
        TRY(auto certificate, Certificate::parse(der, item.path() + ".rawBytes"));
        certificates.push_back(std::move(certificate));
    }
    if (certificates.empty()) {
        return std::unexpected(Failure(FailureCode::trust_root, chain.path(), "at least one certificate", "none"));
    }
    return certificates;
}

std::shared_ptr<X509_STORE> store_of(const Certificate& anchor) {
    std::shared_ptr<X509_STORE> store(X509_STORE_new(), X509_STORE_free);
    if (!store || X509_STORE_add_cert(store.get(), anchor.handle()) != 1) return nullptr;
    // The anchor may be an intermediate, hence PARTIAL_CHAIN. Times are checked by hand, because OpenSSL takes notAfter
    // for exclusive; that holds only as long as nobody calls set_time, which overrides NO_CHECK_TIME.
    X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
    // 112 bits: no SHA-1 in a chain, no RSA below 2 048 bits.
    X509_VERIFY_PARAM_set_auth_level(X509_STORE_get0_param(store.get()), 2);
    return store;
}

}  // namespace

Checked<Authority> Authority::parse(const base::json::Reader& json, Role role) {
    TRY(auto chain, parse_chain(json));
    auto anchor = std::move(chain.back());
    chain.pop_back();
    std::optional<Certificate> leaf;
    // Chain order of protobuf-specs: a timestamp authority that lists its signer does so first.
    if (role == Role::timestamps && !chain.empty() && !chain.front().is_authority()) {
        leaf = std::move(chain.front());
        chain.erase(chain.begin());
    }
    auto store = store_of(anchor);
    if (!store) return std::unexpected(Failure(base::openssl_error("X509_STORE_add_cert")));
    TRY(auto uri, optional_text_field(json, "uri"));
    TRY(auto operator_name, optional_text_field(json, "operator"));
    TRY(const auto valid_for, time_range_field(json, "validFor"));
    return Authority{std::move(uri),   std::move(operator_name), valid_for,       std::move(leaf),
                     std::move(chain), std::move(anchor),        std::move(store)};
}

}  // namespace sigstore
