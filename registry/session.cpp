#include "registry/session.h"

#include <algorithm>
#include <chrono>

#include "registry/retry_after.h"

namespace registry {
namespace {

constexpr std::size_t kScopeLimit = 1024;
// For pings and tokens: what they serve may be an upload without a deadline.
constexpr std::chrono::seconds kAskingTime(20);

// Knows whether anything of the body was taken: what nobody touched can be sent from its first byte whatever it is.
class WatchedBody final : public http::BodySource {
public:
    explicit WatchedBody(http::BodySource& inner) : inner_(inner) {}
    http::Async<std::size_t> read(std::span<std::uint8_t> into) override {
        touched_ = true;
        return inner_.read(into);
    }
    [[nodiscard]] std::optional<std::uint64_t> length() const override { return inner_.length(); }
    [[nodiscard]] std::optional<Unread> unread() override { return inner_.unread(); }
    void took(std::uint64_t count) override {
        touched_ = true;
        inner_.took(count);
    }
    [[nodiscard]] base::Error failed(base::Error error) override { return inner_.failed(std::move(error)); }
    [[nodiscard]] bool rewind() override {
        if (touched_ && !inner_.rewind()) return false;
        touched_ = false;
        return true;
    }

private:
    http::BodySource& inner_;
    bool touched_ = false;
};

bool is_scope_text(std::string_view text) {
    return text.size() <= kScopeLimit && std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

std::vector<Challenge> challenges_of(const http::ResponseHead& head) {
    auto parsed = parse_challenges(head.headers.joined("WWW-Authenticate"));
    return parsed ? *std::move(parsed) : std::vector<Challenge>();
}

base::Error token_status_error(const http::ResponseHead& answer) {
    const bool refused = answer.status == 401 || answer.status == 403;
    base::Error error(refused ? base::ErrorCode::unauthorized : base::ErrorCode::unavailable,
                      "token service answered " + status_text(answer.status));
    return std::move(error).with_retry_after(retry_after(answer.headers, base::system_now()));
}

// Nothing that goes wrong there is too large or malformed in the eyes of whoever asked for a manifest.
base::Error token_error(const base::Error& error) {
    const bool late = error.code() == base::ErrorCode::timed_out;
    return {late ? base::ErrorCode::timed_out : base::ErrorCode::unavailable, "token service: " + error.message()};
}

}  // namespace

// Bearer before Basic, whatever their order: a token is worth less than a password to whoever reads it on the way.
std::optional<Requirement> Session::choose(const std::vector<Challenge>& challenges, const std::string& scope) const {
    for (const auto& challenge : challenges) {
        if (!challenge.is("Bearer") || challenge.parameter("realm").empty()) continue;
        const auto asked = challenge.parameter("scope");
        if (!is_scope_text(asked)) continue;
        TokenKey key;
        key.realm = challenge.parameter("realm");
        key.service = challenge.parameter("service");
        key.scope = asked.empty() ? scope : std::string(asked);
        if (credentials_) key.account = credentials_->username;
        return Requirement{Requirement::Scheme::bearer, std::move(key)};
    }
    const auto is_basic = [](const Challenge& challenge) { return challenge.is("Basic"); };
    if (credentials_ && std::ranges::any_of(challenges, is_basic)) return Requirement{Requirement::Scheme::basic, {}};
    return std::nullopt;
}

http::Async<Answer> Session::send(http::RequestHead head, http::BodySource* body, std::string scope, Redirects redirects,
                                  base::Deadline deadline) {
    auto known = tokens_.requirement(scope);
    if (!known && body != nullptr) {
        CO_TRY(known, co_await ask_by_ping(scope, deadline));
    }
    CO_TRY(auto secret, co_await authorization(known.value_or(Requirement()), deadline));
    std::optional<WatchedBody> watched;
    if (body != nullptr) watched.emplace(*body);
    auto* const source = watched ? &*watched : nullptr;
    CO_TRY(auto answer, co_await send_once(head, source, std::move(secret), redirects, deadline));

    // Only the registry itself may ask for a token: a redirect's target that does is told nothing.
    if (answer.response.head().status != 401 || answer.url.origin != transport_.registry()) co_return answer;
    auto requirement = learn(answer.response.head(), scope, known);
    if (!requirement) co_return answer;
    if (watched && !watched->rewind()) {
        tokens_.remember(scope, *std::move(requirement));
        co_return answer;
    }
    co_await drain(std::move(answer.response));
    CO_TRY(auto fresh, co_await authorization(*requirement, deadline));
    CO_TRY(auto second, co_await send_once(std::move(head), source, std::move(fresh), redirects, deadline));
    if (second.response.head().status == 401) {
        tokens_.forget(requirement->key);
    } else {
        tokens_.remember(scope, *std::move(requirement));
    }
    co_return second;
}

// What a refusal asks for; nullopt where that was tried already or cannot be given.
std::optional<Requirement> Session::learn(const http::ResponseHead& refusal, const std::string& scope,
                                          const std::optional<Requirement>& tried) {
    using enum Requirement::Scheme;
    if (tried && tried->scheme == bearer) tokens_.forget(tried->key);
    tokens_.forget_requirement(scope);
    auto requirement = choose(challenges_of(refusal), scope);
    const bool same_password = tried && requirement && tried->scheme == basic && requirement->scheme == basic;
    return same_password ? std::nullopt : requirement;
}

http::Async<Session::MaybeSecret> Session::authorization(Requirement requirement, base::Deadline deadline) {
    switch (requirement.scheme) {
        case Requirement::Scheme::none: break;
        case Requirement::Scheme::basic: {
            if (!credentials_) break;
            CO_TRY(auto basic, basic_authorization(*credentials_));
            co_return MaybeSecret(std::move(basic));
        }
        case Requirement::Scheme::bearer: {
            auto cached = tokens_.find(requirement.key);
            if (!cached) {
                CO_TRY(cached, co_await fetch_token(std::move(requirement.key), deadline));
            }
            co_return MaybeSecret(base::Secret("Bearer " + std::string(cached->reveal())));
        }
    }
    co_return MaybeSecret();
}

http::Async<base::Secret> Session::fetch_token(TokenKey key, base::Deadline deadline) {
    deadline = deadline.sooner_of(base::Deadline::after(kAskingTime));
    const auto use = credentials_ ? RealmUse::with_credentials : RealmUse::anonymous;
    CO_TRY(auto realm, check_realm(transport_.registry(), transport_.reach(), key.realm, use));
    CO_TRY(auto head, token_request(realm, key, credentials_));
    realm.target = head.target;
    CO_TRY(auto answer, co_await transport_.send_following(std::move(realm), std::move(head), deadline));
    if (answer.response.head().status != 200) co_return std::unexpected(token_status_error(answer.response.head()));
    auto body = co_await http::read_all(answer.response.body(), kTokenBodyLimit);
    if (!body) co_return std::unexpected(token_error(body.error()));
    auto token = parse_token(*body);
    if (!token) co_return std::unexpected(token_error(token.error()));
    tokens_.store(key, *token);
    co_return token->value;
}

// Most bodies can be sent once only, so what it needs is found out before. A registry that answers the ping without a challenge and refuses
// the upload all the same is learnt from that refusal.
http::Async<Requirement> Session::ask_by_ping(std::string scope, base::Deadline deadline) {
    deadline = deadline.sooner_of(base::Deadline::after(kAskingTime));
    http::RequestHead ping;
    ping.method = "GET";
    ping.target = "/v2/";
    CO_TRY(auto answer, co_await send_once(std::move(ping), nullptr, MaybeSecret(), Redirects::hand_back, deadline));
    Requirement requirement;
    if (answer.response.head().status == 401) {
        auto challenges = challenges_of(answer.response.head());
        // A scope that the ping names is not that of this upload.
        const auto is_scope = [](const auto& parameter) { return http::names_equal(parameter.first, "scope"); };
        for (auto& challenge : challenges) std::erase_if(challenge.parameters, is_scope);
        requirement = choose(challenges, scope).value_or(Requirement());
    }
    co_await drain(std::move(answer.response));
    tokens_.remember(scope, requirement);
    co_return requirement;
}

http::Async<Answer> Session::send_once(http::RequestHead head, http::BodySource* body, MaybeSecret authorization, Redirects redirects,
                                       base::Deadline deadline) {
    if (authorization) head.headers.set("Authorization", authorization->reveal());
    Url url{transport_.registry(), head.target};
    if (redirects == Redirects::follow && body == nullptr) {
        co_return co_await transport_.send_following(std::move(url), std::move(head), deadline);
    }
    co_return co_await transport_.send(std::move(url), std::move(head), body, deadline);
}

}  // namespace registry
