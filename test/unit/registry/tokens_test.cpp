#include "registry/tokens.h"

#include <thread>

#include "test/support/catch.h"
#include "test/unit/registry/error_code.h"

using namespace registry;
using namespace std::chrono_literals;

namespace {

http::Origin origin(const std::string& url) { return http::Origin::parse(url).value(); }
TokenKey key(const std::string& scope, const std::string& account = {}) {
    return {"https://auth.example/token", "r.example", scope, account};
}
Token token(const std::string& value, std::chrono::seconds lifetime = 60s) { return {base::Secret(value), lifetime}; }

}  // namespace

TEST_CASE("Scopes are written as registries write them") {
    const auto name = RepositoryName::parse("a/b").value();
    CHECK(scope_of(name, Access::pull) == "repository:a/b:pull");
    CHECK(scope_of(name, Access::push) == "repository:a/b:pull,push");
    CHECK(scope_of(name, Access::remove) == "repository:a/b:delete");
}

TEST_CASE("Basic credentials follow RFC 7617") {
    CHECK(basic_authorization({"Aladdin", base::Secret("open sesame")})->reveal() == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    CHECK_FALSE(basic_authorization({"a:b", base::Secret("c")}).has_value());
}

TEST_CASE("Realms that may have the credentials") {
    const auto [registry_url, realm] = GENERATE(table<std::string, std::string>({
        {"https://registry-1.docker.io", "https://auth.docker.io/token"},
        {"https://ghcr.io", "https://ghcr.io/token"},
        {"https://ghcr.io", "https://auth.ghcr.io/token"},
        {"https://registry.gitlab.com", "https://gitlab.com/jwt/auth"},
        {"https://r.corp.example", "https://login.corp.example/t"},
        {"http://r.example", "http://r.example/t"},
        {"http://r.example", "https://r.example/t"},
        {"http://127.0.0.1:5000", "http://127.0.0.1:5001/t"},
        {"https://r.example:8443", "https://r.example/t"},
        {"https://registry.shop.co.uk", "https://auth.shop.co.uk/t"},
    }));
    CAPTURE(registry_url, realm);
    CHECK(check_realm(origin(registry_url), Reach(), realm, RealmUse::with_credentials).has_value());
    CHECK(check_realm(origin(registry_url), Reach(), realm, RealmUse::anonymous).has_value());
}

TEST_CASE("Realms that may be asked without credentials only") {
    const auto [registry_url, realm] = GENERATE(table<std::string, std::string>({
        {"https://r.example", "https://evil.test/token"},
        {"https://registry-1.docker.io", "https://evildocker.io/token"},
        {"https://registry-1.docker.io", "https://docker.io.evil.test/token"},
        {"https://ghcr.io", "https://quay.io/token"},
        {"https://shop.co.uk", "https://evil.co.uk/token"},
        {"http://10.0.0.1", "http://auth.example/t"},
        {"https://a.example", "https://example/t"},
        {"https://registry", "https://other/t"},
    }));
    CAPTURE(registry_url, realm);
    CHECK_FALSE(check_realm(origin(registry_url), Reach(), realm, RealmUse::with_credentials).has_value());
    CHECK(check_realm(origin(registry_url), Reach(), realm, RealmUse::anonymous).has_value());
}

TEST_CASE("Realms that may not be asked at all") {
    const auto [registry_url, realm] = GENERATE(table<std::string, std::string>({
        {"https://r.example", "http://r.example/token"},
        {"https://r.example", "http://auth.r.example/token"},
        {"https://r.example", "https://127.0.0.1/token"},
        {"https://r.example", "https://169.254.169.254/latest"},
        {"https://r.example", "https://[::1]/t"},
        {"http://r.example", "http://localhost/t"},
        {"http://10.0.0.1", "http://10.0.0.2/t"},
        {"https://r.example", "https://2130706433/t"},
        {"https://r.example", ""},
        {"https://r.example", "/token"},
        {"https://r.example", "file:///etc/passwd"},
        {"https://r.example", "https://u:p@r.example/t"},
        {"https://r.example", "https://r.example\\@evil.test/t"},
    }));
    CAPTURE(registry_url, realm);
    REQUIRE_FALSE(check_realm(origin(registry_url), Reach(), realm, RealmUse::anonymous).has_value());
    CHECK(test::code_of(check_realm(origin(registry_url), Reach(), realm, RealmUse::anonymous)) == base::ErrorCode::unavailable);
}

TEST_CASE("A realm inside is asked where the configuration names it, with credentials only in the registry's domain") {
    const Reach reach{{}, {"10.0.0.2"}};
    CHECK(check_realm(origin("http://r.example"), reach, "http://10.0.0.2/t", RealmUse::anonymous).has_value());
    CHECK_FALSE(check_realm(origin("http://r.example"), reach, "http://10.0.0.3/t", RealmUse::anonymous).has_value());
    CHECK_FALSE(check_realm(origin("http://r.example"), reach, "http://10.0.0.2/t", RealmUse::with_credentials).has_value());
}

TEST_CASE("token_request repeats scope and keeps what the realm has") {
    const auto realm = parse_url("https://auth.example/token?tenant=x").value();
    const auto head = token_request(realm, key("repository:a:pull  registry:catalog:*"), std::nullopt).value();
    CHECK(head.method == "GET");
    CHECK(head.target == "/token?tenant=x&service=r.example&scope=repository%3Aa%3Apull&scope=registry%3Acatalog%3A%2A");
    CHECK_FALSE(head.headers.get("Authorization").has_value());
    const auto with = token_request(parse_url("https://auth.example/token").value(), key("s"), Credentials{"u", base::Secret("p")}).value();
    CHECK(with.target == "/token?service=r.example&scope=s");
    CHECK(with.headers.get("Authorization") == "Basic dTpw");
}

TEST_CASE("parse_token reads what token services answer") {
    const auto [text, value, seconds] = GENERATE(table<std::string, std::string, int>({
        {R"({"token":"t"})", "t", 60},
        {R"({"access_token":"a"})", "a", 60},
        {R"({"token":"t","access_token":"t","expires_in":300})", "t", 300},
        {R"({"token":"","access_token":"a"})", "a", 60},
        {R"({"token":"t","expires_in":99999999})", "t", 3600},
        {R"({"token":"t","expires_in":0})", "t", 0},
        {R"({"token":"t","expires_in":null,"x":{}})", "t", 60},
    }));
    CAPTURE(text);
    const auto parsed = parse_token(base::as_bytes(text));
    REQUIRE(parsed.has_value());
    CHECK(parsed->value.reveal() == value);
    CHECK(parsed->lifetime == std::chrono::seconds(seconds));
}

TEST_CASE("parse_token refuses what is no token") {
    const std::string text =
        GENERATE(as<std::string>(), "", "[]", "{}", R"({"token":1})", R"({"token":"a b"})", R"({"token":"a\r\nX: y"})",
                 R"({"token":"t","expires_in":-1})", R"({"token":"t","expires_in":"60"})", R"({"token":"t","token":"u"})",
                 R"({"token":"t"} )"
                 "x",
                 R"({"token":"ä"})");
    CAPTURE(text);
    CHECK_FALSE(parse_token(base::as_bytes(text)).has_value());
}

TEST_CASE("TokenCache gives a token to its key only, while it lasts") {
    auto now = std::chrono::steady_clock::now();
    TokenCache cache([&] { return now; });
    cache.store(key("s", "alice"), token("t"));
    CHECK(cache.find(key("s", "alice"))->reveal() == "t");
    CHECK_FALSE(cache.find(key("s")).has_value());
    CHECK_FALSE(cache.find(key("s2", "alice")).has_value());
    now += 54s;
    CHECK(cache.find(key("s", "alice")).has_value());
    now += 2s;
    CHECK_FALSE(cache.find(key("s", "alice")).has_value());
    cache.store(key("s"), token("short", 5s));
    CHECK_FALSE(cache.find(key("s")).has_value());
    cache.store(key("s"), token("u"));
    cache.forget(key("s"));
    CHECK_FALSE(cache.find(key("s")).has_value());
}

TEST_CASE("TokenCache remembers what a scope needs, and that nothing is needed only briefly") {
    auto now = std::chrono::steady_clock::now();
    TokenCache cache([&] { return now; });
    cache.remember("s", {Requirement::Scheme::bearer, key("s")});
    cache.remember("n", {});
    CHECK(cache.requirement("s")->key == key("s"));
    CHECK(cache.requirement("n")->scheme == Requirement::Scheme::none);
    now += 31s;
    CHECK(cache.requirement("s").has_value());
    CHECK_FALSE(cache.requirement("n").has_value());
    cache.forget_requirement("s");
    CHECK_FALSE(cache.requirement("s").has_value());
}

TEST_CASE("TokenCache is bounded and drops what expires first") {
    TokenCache cache;
    cache.store(key("first"), token("t", 30s));
    for (int i = 0; i < 1024; ++i) cache.store(key("s" + std::to_string(i)), token("t", 300s));
    CHECK_FALSE(cache.find(key("first")).has_value());
    CHECK(cache.find(key("s1023")).has_value());
}

TEST_CASE("TokenCache is used by several threads at once") {
    TokenCache cache;
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&cache, t] {
            for (int i = 0; i < 500; ++i) {
                const auto scope = "s" + std::to_string((t + i) % 16);
                cache.store(key(scope), token("t"));
                cache.remember(scope, {Requirement::Scheme::bearer, key(scope)});
                if (cache.find(key(scope))) cache.forget(key(scope));
                (void)cache.requirement(scope);
            }
        });
    }
    threads.clear();
    CHECK_FALSE(cache.requirement("none").has_value());
}
