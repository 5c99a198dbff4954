#include "sigstore/authority.h"

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
    TRY(auto uri, optional_text_field(json, "uri"));
    TRY(auto operator_name, optional_text_field(json, "operator"));
    TRY(const auto valid_for, time_range_field(json, "validFor"));
    auto issuers = Issuer::find(chain, anchor);
    if (issuers.empty()) return std::unexpected(Failure(FailureCode::trust_root, json.path(), "a CA with a path to the anchor", "none"));
    std::vector<bool> issued_leaf;
    for (const auto& issuer : issuers) issued_leaf.push_back(leaf && issuer.has_issued(*leaf));
    return Authority{std::move(uri),   std::move(operator_name), valid_for,          std::move(leaf),
                     std::move(chain), std::move(anchor),        std::move(issuers), std::move(issued_leaf)};
}

bool Authority::has_issued(std::size_t issuer, const Certificate& signer) const {
    return leaf && signer == *leaf ? issued_leaf[issuer] : issuers[issuer].has_issued(signer);
}

}  // namespace sigstore
