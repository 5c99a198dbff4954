#include "sigstore/fulcio_claims.h"

#include <algorithm>
#include <utility>

#include "sigstore/der.h"
#include "sigstore/oid.h"

namespace sigstore {

namespace {

constexpr std::size_t kLongest = 4096;

constexpr auto kNames = std::to_array<std::pair<FulcioClaim, std::string_view>>({
    {FulcioClaim::issuer_deprecated, "issuer_deprecated"},
    {FulcioClaim::github_workflow_trigger, "github_workflow_trigger"},
    {FulcioClaim::github_workflow_sha, "github_workflow_sha"},
    {FulcioClaim::github_workflow_name, "github_workflow_name"},
    {FulcioClaim::github_workflow_repository, "github_workflow_repository"},
    {FulcioClaim::github_workflow_ref, "github_workflow_ref"},
    {FulcioClaim::issuer, "issuer"},
    {FulcioClaim::build_signer_uri, "build_signer_uri"},
    {FulcioClaim::build_signer_digest, "build_signer_digest"},
    {FulcioClaim::runner_environment, "runner_environment"},
    {FulcioClaim::source_repository_uri, "source_repository_uri"},
    {FulcioClaim::source_repository_digest, "source_repository_digest"},
    {FulcioClaim::source_repository_ref, "source_repository_ref"},
    {FulcioClaim::source_repository_identifier, "source_repository_identifier"},
    {FulcioClaim::source_repository_owner_uri, "source_repository_owner_uri"},
    {FulcioClaim::source_repository_owner_identifier, "source_repository_owner_identifier"},
    {FulcioClaim::build_config_uri, "build_config_uri"},
    {FulcioClaim::build_config_digest, "build_config_digest"},
    {FulcioClaim::build_trigger, "build_trigger"},
    {FulcioClaim::run_invocation_uri, "run_invocation_uri"},
    {FulcioClaim::source_repository_visibility, "source_repository_visibility"},
    {FulcioClaim::deployment_environment, "deployment_environment"},
    {FulcioClaim::token_subject, "token_subject"},
});

// The first six are bare text, the others a UTF8String in DER.
bool is_bare(FulcioClaim claim) { return claim <= FulcioClaim::github_workflow_ref; }

bool is_readable(base::BytesView text) {
    return text.size() <= kLongest && std::ranges::none_of(text, [](std::uint8_t byte) { return byte < 0x20 || byte == 0x7F; });
}

}  // namespace

std::string_view to_string(FulcioClaim claim) {
    return std::ranges::find(kNames, claim, [](const auto& name) { return name.first; })->second;
}

Checked<FulcioClaims> FulcioClaims::of(const Certificate& certificate) {
    FulcioClaims claims;
    for (const auto& [claim, name] : kNames) {
        auto oid = oid::kFulcioIssuer;
        oid.back() = std::to_underlying(claim);
        const auto extension = certificate.extension(oid);
        if (!extension) continue;
        const auto text = is_bare(claim) ? extension : der::only(*extension, der::kUtf8String);
        if (!text || !is_readable(*text)) {
            return std::unexpected(Failure(FailureCode::identity, "certificate.1.3.6.1.4.1.57264.1." + std::to_string(oid.back()),
                                           "a text without control characters"));
        }
        claims.values_[oid.back()] = std::string(base::as_text(*text));
    }
    return claims;
}

}  // namespace sigstore
