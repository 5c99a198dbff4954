#include "sigstore/timestamp.h"

#include <algorithm>

#include "sigstore/chain.h"
#include "sigstore/timestamp_token.h"

namespace sigstore {

namespace {

std::unexpected<Failure> refuse(const std::string& where, std::string expected, std::string found = {}) {
    return std::unexpected(Failure(FailureCode::timestamp, where, std::move(expected), std::move(found)));
}

// Rules of sigstore-verification 6.3 about the signer: it is the certificate that the root lists, or, where the root
// lists none, the embedded one that the token names; never the first fitting one of the bag (CVE-2026-39984).
std::optional<Certificate> signer_for(const TimestampToken& token, const Authority& authority) {
    if (!authority.leaf) return token.embedded_signer();
    if (!token.names_signer(*authority.leaf)) return std::nullopt;
    return authority.leaf;
}

Checked<void> check_authority(const TimestampToken& token, const Certificate& signer, const Authority& authority,
                              const std::string& where) {
    const auto time = token.time();
    const auto path = build_path(signer, authority, Purpose::time_stamping, time);  // at genTime, never now
    if (!path) return refuse(where, path.error().expected, path.error().found);
    if (!token.is_signed_by(*path)) return refuse(where, "a valid signature of " + authority.uri);
    if (!authority.valid_for.contains(time)) {
        return refuse(where, "a time within the window of " + authority.uri, base::format_rfc3339(time));
    }
    return {};
}

}  // namespace

Checked<std::optional<TimestampFacts>> verify_timestamp(base::BytesView response, std::span<const base::BytesView> stamped,
                                                        const TrustedRoot& root, const std::string& where) {
    TRY(const auto token, TimestampToken::parse(response, where));
    const auto fits = [&](base::BytesView bytes) { return token.is_about(bytes); };
    if (std::ranges::none_of(stamped, fits)) return refuse(where, "a timestamp of this signature", "one of something else");
    std::optional<Failure> reason;
    for (const auto& authority : root.timestamp_authorities()) {
        const auto signer = signer_for(token, authority);
        if (!signer) continue;
        const auto checked = check_authority(token, *signer, authority, where);
        if (checked) return TimestampFacts{token.time(), &authority};
        reason = checked.error();
    }
    if (reason) return std::unexpected(*std::move(reason));
    return std::nullopt;
}

}  // namespace sigstore
