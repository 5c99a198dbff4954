// Registry tokens (Docker token service; oci-proxying 2.18, 2.19): which realm may be asked, how it is asked, what it answered, and the
// cache of what it answered. Nothing here opens a connection; registry/session.h does.
#pragma once

#include <chrono>
#include <compare>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "http/message.h"
#include "registry/names.h"
#include "registry/reach.h"
#include "registry/url.h"

namespace registry {

inline constexpr std::size_t kTokenBodyLimit = 64 * 1024;

struct Credentials {
    std::string username;
    base::Secret password;
};

enum class Access { pull, push, remove };
// "repository:acme/app:pull", "…:pull,push" or "…:delete"
[[nodiscard]] std::string scope_of(const RepositoryName& repository, Access access);

// "Basic <base64(user:password)>" (RFC 7617). A user name cannot contain a colon.
[[nodiscard]] base::Result<base::Secret> basic_authorization(const Credentials& credentials);

// What a token is for. `account` is empty for anonymous tokens, so that one identity never gets another's token.
struct TokenKey {
    std::string realm;
    std::string service;
    std::string scope;
    std::string account;
    auto operator<=>(const TokenKey&) const = default;
};

// The realm of a challenge is the upstream's word, and credentials go there: https for an https registry; no inside address unless
// `reach` permits its host; and with credentials only the registry's host, its subdomains, and hosts under the registry's parent domain
// (registry-1.docker.io -> auth.docker.io). CVE-2026-33540; security-advisories 114, 115.
enum class RealmUse { anonymous, with_credentials };
[[nodiscard]] base::Result<Url> check_realm(const http::Origin& registry, const Reach& reach, std::string_view realm, RealmUse use);

// GET realm?service=…&scope=…, one scope parameter for each scope of the key.
[[nodiscard]] base::Result<http::RequestHead> token_request(const Url& realm, const TokenKey& key,
                                                            const std::optional<Credentials>& credentials);

struct Token {
    base::Secret value;
    std::chrono::seconds lifetime{60};  // "for compatibility with older clients", 60 where it is not said
};
[[nodiscard]] base::Result<Token> parse_token(base::BytesView body);

// What a registry asked for when it was last asked for a scope, so that the next request brings it along.
struct Requirement {
    enum class Scheme { none, basic, bearer };
    Scheme scheme = Scheme::none;
    TokenKey key;  // for bearer
};

// One per upstream, shared by all threads. Holds at most 1 024 tokens and as many requirements; what expires first goes first.
class TokenCache {
public:
    using SteadyTime = std::chrono::steady_clock::time_point;
    using SteadyClock = std::function<SteadyTime()>;
    explicit TokenCache(SteadyClock clock = std::chrono::steady_clock::now);

    // A token that is good for some seconds more; nullopt where there is none.
    [[nodiscard]] std::optional<base::Secret> find(const TokenKey& key) const;
    void store(const TokenKey& key, const Token& token);
    void forget(const TokenKey& key);

    [[nodiscard]] std::optional<Requirement> requirement(const std::string& scope) const;
    void remember(const std::string& scope, Requirement requirement);
    void forget_requirement(const std::string& scope);

private:
    template <typename T>
    struct Expiring {
        T value;
        SteadyTime expires;
    };
    SteadyClock clock_;
    mutable std::mutex mutex_;
    std::map<TokenKey, Expiring<base::Secret>> tokens_;
    std::map<std::string, Expiring<Requirement>> requirements_;
};

}  // namespace registry
