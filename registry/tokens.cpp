#include "registry/tokens.h"

#include <algorithm>

#include "base/json_reader.h"
#include "registry/address.h"
#include "registry/query.h"

namespace registry {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kEntryLimit = 1024;
constexpr std::chrono::seconds kLongestLife = 1h;  // a right that was withdrawn upstream must end here too
constexpr std::chrono::seconds kMargin = 5s;       // a token must survive the request that it goes with
constexpr std::chrono::seconds kRequirementLife = 10min;
constexpr std::chrono::seconds kNothingRequiredLife = 30s;

std::unexpected<base::Error> refuse_realm(std::string_view reason) {
    return base::fail(base::ErrorCode::unavailable, "token realm: " + std::string(reason));
}

// The registry's domain without its first label, or the host itself where what remains is or looks like a public suffix (io, co.uk).
std::string_view parent_domain(std::string_view host) {
    const auto dot = host.find('.');
    if (dot == std::string_view::npos) return host;
    const auto parent = host.substr(dot + 1);
    const auto inner = parent.find('.');
    if (inner == std::string_view::npos) return host;
    const bool country = parent.size() - parent.rfind('.') - 1 == 2;
    return country && inner <= 3 && inner == parent.rfind('.') ? host : parent;
}

bool is_in_domain(std::string_view host, std::string_view domain) {
    if (host == domain) return true;
    return host.size() > domain.size() && host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.';
}

bool is_visible_text(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

template <typename Map>
void make_room(Map& map, const typename Map::key_type& key) {
    if (map.size() < kEntryLimit || map.contains(key)) return;
    map.erase(std::ranges::min_element(map, {}, [](const auto& entry) { return entry.second.expires; }));
}

base::Result<std::string> read_text(const base::json::Reader& document, std::string_view name) {
    TRY(const auto member, document.find(name));
    if (!member) return std::string();
    TRY(const auto text, member->string());
    return std::string(text);
}

}  // namespace

std::string scope_of(const RepositoryName& repository, Access access) {
    const auto actions = [access]() -> std::string_view {
        switch (access) {
            case Access::pull: break;
            case Access::push: return "pull,push";
            case Access::remove: return "delete";
        }
        return "pull";
    };
    return "repository:" + repository.text() + ":" + std::string(actions());
}

base::Result<base::Secret> basic_authorization(const Credentials& credentials) {
    if (credentials.username.find(':') != std::string::npos) {
        return base::fail(base::ErrorCode::invalid_input, "credentials: a user name cannot contain a colon");
    }
    const base::Secret pair(credentials.username + ":" + std::string(credentials.password.reveal()));
    return base::Secret("Basic " + base::base64_encode(base::as_bytes(pair.reveal())));
}

base::Result<Url> check_realm(const http::Origin& registry, const Reach& reach, std::string_view realm, RealmUse use) {
    auto url = parse_url(realm);
    if (!url) return refuse_realm(url.error().message());
    if (registry.tls() && !url->origin.tls()) return refuse_realm("http for an https registry");
    const auto& host = url->origin.host();
    if (host == registry.host()) return *std::move(url);
    const bool permitted = reach.may_be_inside(registry, host);
    if (!permitted && is_inside_address(host)) return refuse_realm("an inside address that is not the registry's own host");
    if (use == RealmUse::with_credentials && (is_inside_address(registry.host()) || !is_in_domain(host, parent_domain(registry.host())))) {
        return refuse_realm("credentials of " + registry.host() + " do not go to " + host);
    }
    return *std::move(url);
}

base::Result<http::RequestHead> token_request(const Url& realm, const TokenKey& key, const std::optional<Credentials>& credentials) {
    http::RequestHead head;
    head.method = "GET";
    head.target = realm.target;
    char separator = realm.target.find('?') == std::string::npos ? '?' : '&';
    const auto append = [&](std::string_view name, std::string_view value) {
        head.target += separator + std::string(name) + "=" + percent_encode(value);
        separator = '&';
    };
    if (!key.service.empty()) append("service", key.service);
    for (std::string_view rest = key.scope; !rest.empty();) {
        const auto blank = rest.find(' ');
        if (blank != 0) append("scope", rest.substr(0, blank));
        rest.remove_prefix(blank == std::string_view::npos ? rest.size() : blank + 1);
    }
    head.headers.set("Accept", "application/json");
    if (!credentials) return head;
    TRY(const auto authorization, basic_authorization(*credentials));
    head.headers.set("Authorization", authorization.reveal());
    return head;
}

base::Result<Token> parse_token(base::BytesView body) {
    TRY(const auto json, base::json::parse(base::as_text(body), base::json::Limits{.bytes = kTokenBodyLimit}));
    const base::json::Reader document(json);
    TRY(auto value, read_text(document, "token"));
    if (value.empty()) {
        TRY(value, read_text(document, "access_token"));
    }
    // It becomes part of a header field.
    if (!is_visible_text(value)) return base::fail(base::ErrorCode::unavailable, "no token in its answer");
    Token token;
    token.value = base::Secret(std::move(value));
    TRY(const auto expires_in, document.find("expires_in"));
    if (expires_in) {
        TRY(const auto seconds, expires_in->unsigned_integer());
        token.lifetime = std::chrono::seconds(std::min<std::int64_t>(seconds, kLongestLife.count()));
    }
    return token;
}

TokenCache::TokenCache(SteadyClock clock) : clock_(std::move(clock)) {}

std::optional<base::Secret> TokenCache::find(const TokenKey& key) const {
    const auto now = clock_();
    const std::scoped_lock lock(mutex_);
    const auto entry = tokens_.find(key);
    if (entry == tokens_.end() || entry->second.expires <= now) return std::nullopt;
    return entry->second.value;
}

void TokenCache::store(const TokenKey& key, const Token& token) {
    if (token.lifetime <= kMargin) return;
    const auto expires = clock_() + token.lifetime - kMargin;
    const std::scoped_lock lock(mutex_);
    make_room(tokens_, key);
    tokens_.insert_or_assign(key, Expiring<base::Secret>{token.value, expires});
}

void TokenCache::forget(const TokenKey& key) {
    const std::scoped_lock lock(mutex_);
    tokens_.erase(key);
}

std::optional<Requirement> TokenCache::requirement(const std::string& scope) const {
    const auto now = clock_();
    const std::scoped_lock lock(mutex_);
    const auto entry = requirements_.find(scope);
    if (entry == requirements_.end() || entry->second.expires <= now) return std::nullopt;
    return entry->second.value;
}

void TokenCache::remember(const std::string& scope, Requirement requirement) {
    const auto life = requirement.scheme == Requirement::Scheme::none ? kNothingRequiredLife : kRequirementLife;
    const auto expires = clock_() + life;
    const std::scoped_lock lock(mutex_);
    make_room(requirements_, scope);
    requirements_.insert_or_assign(scope, Expiring<Requirement>{std::move(requirement), expires});
}

void TokenCache::forget_requirement(const std::string& scope) {
    const std::scoped_lock lock(mutex_);
    requirements_.erase(scope);
}

}  // namespace registry
