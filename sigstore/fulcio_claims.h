// What the identity token said beside who its holder is, as Fulcio wrote it into the certificate (fulcio docs/oid-info.md;
// sigstore-verification 3.5). Text of the provider's own: nothing in it is a URL until it was read as one.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "sigstore/certificate.h"
#include "sigstore/failure.h"

namespace sigstore {

// The last arc of 1.3.6.1.4.1.57264.1.N; 7 is no extension.
enum class FulcioClaim : std::uint8_t {
    issuer_deprecated = 1,
    github_workflow_trigger = 2,
    github_workflow_sha = 3,
    github_workflow_name = 4,
    github_workflow_repository = 5,
    github_workflow_ref = 6,
    issuer = 8,
    build_signer_uri = 9,
    build_signer_digest = 10,
    runner_environment = 11,
    source_repository_uri = 12,
    source_repository_digest = 13,
    source_repository_ref = 14,
    source_repository_identifier = 15,
    source_repository_owner_uri = 16,
    source_repository_owner_identifier = 17,
    build_config_uri = 18,
    build_config_digest = 19,
    build_trigger = 20,
    run_invocation_uri = 21,
    source_repository_visibility = 22,
    deployment_environment = 23,
    token_subject = 24,
};
[[nodiscard]] std::string_view to_string(FulcioClaim claim);  // as the enumeration has it

class FulcioClaims {
public:
    // A claim that is there and cannot be read refuses the certificate (`identity`): a rule about it would not see it. Control bytes and
    // more than 4 096 bytes are unreadable, for .8 and above also anything but one UTF8String.
    [[nodiscard]] static Checked<FulcioClaims> of(const Certificate& certificate);

    [[nodiscard]] const std::optional<std::string>& get(FulcioClaim claim) const { return values_[static_cast<std::size_t>(claim)]; }

private:
    FulcioClaims() = default;
    std::array<std::optional<std::string>, 25> values_;  // by number
};

}  // namespace sigstore
