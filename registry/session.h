// Requests to one registry with the right token: the challenge of a 401 is answered once (oci-proxying 2.17 to 2.19). Credentials go to the
// registry's own origin (Basic) or to a realm that check_realm allows, and nowhere else.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "registry/challenge.h"
#include "registry/tokens.h"
#include "registry/transport.h"

namespace registry {

enum class Redirects { follow, hand_back };

class Session {
public:
    Session(Transport& transport, const std::optional<Credentials>& credentials, TokenCache& tokens)
        : transport_(transport), credentials_(credentials), tokens_(tokens) {}

    // `head.target` at the registry. A request with a body asks for its token first; if it is refused nevertheless, it is repeated only
    // if its body can be sent from the first byte: untouched, empty or held in memory. A second 401 is handed back.
    http::Async<Answer> send(http::RequestHead head, http::BodySource* body, std::string scope, Redirects redirects,
                             base::Deadline deadline);

private:
    using MaybeSecret = std::optional<base::Secret>;
    http::Async<MaybeSecret> authorization(Requirement requirement, base::Deadline deadline);
    http::Async<base::Secret> fetch_token(TokenKey key, base::Deadline deadline);
    http::Async<Requirement> ask_by_ping(std::string scope, base::Deadline deadline);
    http::Async<Answer> send_once(http::RequestHead head, http::BodySource* body, MaybeSecret authorization, Redirects redirects,
                                  base::Deadline deadline);
    [[nodiscard]] std::optional<Requirement> learn(const http::ResponseHead& refusal, const std::string& scope,
                                                   const std::optional<Requirement>& tried);
    [[nodiscard]] std::optional<Requirement> choose(const std::vector<Challenge>& challenges, const std::string& scope) const;

    Transport& transport_;
    const std::optional<Credentials>& credentials_;
    TokenCache& tokens_;
};

}  // namespace registry
