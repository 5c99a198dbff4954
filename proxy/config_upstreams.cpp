#include "proxy/config_upstreams.h"

#include <algorithm>

#include "base/json_writer.h"
#include "http/grammar.h"
#include "proxy/config_credentials.h"
#include "proxy/config_values.h"
#include "registry/names.h"

namespace proxy {
namespace {

constexpr std::string_view kAuthForms = "\"anonymous\", { docker_config = FILE } or { username = \"NAME\", password_file = FILE }";

base::Result<std::string> parse_prefix(std::string_view text) {
    const auto name = registry::RepositoryName::parse(text);
    if (name) return name->text();
    return base::fail(
        base::ErrorCode::invalid_input,
        "is " + base::json::quote(text) + ", expected path segments of a repository name without a slash around them, such as \"ghcr\"");
}

// "" is a word of its own: no proxy, whatever the environment says. The text is never repeated: it may hold a password.
base::Result<http::ProxyRoutes> parse_proxy(std::string_view url) {
    if (url.empty()) return http::ProxyRoutes();
    TRY(auto proxy, http::ForwardProxy::parse(url));
    return http::ProxyRoutes::always(std::move(proxy));
}

base::Result<std::string> parse_host(std::string_view text) {
    auto authority = http::parse_authority(text);
    if (authority && !authority->port) return std::move(authority->host);
    return base::fail(base::ErrorCode::invalid_input,
                      "is " + base::json::quote(text) + ", expected a host without a port, such as \"auth.example\"");
}

// What was read of one [[upstream]], before it is known to be complete.
struct Draft {
    std::optional<std::string> registry;
    std::optional<http::Origin> url;
};

std::vector<std::string> hosts_of(const Draft& draft) {
    std::vector<std::string> hosts;
    if (draft.registry) hosts.push_back(*draft.registry);
    if (draft.url) hosts.push_back(draft.url->authority());
    return hosts;
}

std::optional<ServiceAccount> account_or_problem(ConfigTable& auth, std::string_view key, base::Result<ServiceAccount> account) {
    if (account) return *std::move(account);
    auth.problem(auth.where(key), std::string(key) + ": " + account.error().message());
    return std::nullopt;
}

std::optional<ServiceAccount> read_account_table(ConfigTable& auth, const Draft& draft) {
    const auto docker_config = auth.located_string("docker_config");
    const auto username = auth.string("username");
    const auto password_file = auth.located_string("password_file");
    auth.finish();
    if (docker_config && !username && !password_file) {
        const auto hosts = hosts_of(draft);
        if (hosts.empty()) return std::nullopt;  // already a problem
        return account_or_problem(auth, "docker_config",
                                  read_docker_config(auth.source().resolve(*docker_config).path, hosts, auth.source().files()));
    }
    if (!docker_config && username && password_file) {
        return account_or_problem(auth, "password_file",
                                  read_password_file(auth.source().resolve(*password_file).path, *username, auth.source().files()));
    }
    auth.problem(auth.where(), "auth: expected " + std::string(kAuthForms));
    return std::nullopt;
}

std::optional<ServiceAccount> read_auth(ConfigTable& upstream, const Draft& draft) {
    if (upstream.is_table("auth")) {
        auto auth = upstream.table("auth", "[[upstream]] auth");
        return read_account_table(*auth, draft);
    }
    const auto text = upstream.located_string("auth");
    if (text && text->text != "anonymous") {
        upstream.problem(text->where, "auth: " + base::json::quote(text->text) + " is not available in this version, expected " +
                                          std::string(kAuthForms));
    }
    return std::nullopt;
}

// Only the weaker of the two settings exists yet, so it has to be asked for: the default will be "admitted" (design
// 12).
void read_blobs(ConfigTable& upstream) {
    upstream.require("blobs", "blobs = \"open\", the only mode of this version");
    const auto text = upstream.located_string("blobs");
    if (text && text->text != "open") {
        upstream.problem(text->where, "blobs: " + base::json::quote(text->text) + " is not available in this version, expected \"open\"");
    }
    const auto redirect = upstream.located_string("blobs_redirect");
    if (redirect && redirect->text != "follow") {
        upstream.problem(redirect->where,
                         "blobs_redirect: " + base::json::quote(redirect->text) + " is not available in this version, expected \"follow\"");
    }
}

struct Located {
    UpstreamSettings settings;
    ConfigTable table;  // for positions
};

void check_reachable(ConfigTable& upstream, bool is_default) {
    if (is_default || upstream.has("prefix") || upstream.has("host") || upstream.has("ns")) return;
    upstream.problem(upstream.where(), "[[upstream]]: no request can mean it, expected prefix, host, ns or default = true");
}

std::optional<Located> read_upstream(ConfigTable table) {
    table.require("registry", "the canonical host, such as \"ghcr.io\"");
    table.require("url", "scheme and host, such as \"https://ghcr.io\"");
    Draft draft{table.parsed("registry", parse_authority), table.parsed("url", http::Origin::parse)};
    auto prefix = table.parsed("prefix", parse_prefix);
    auto host = table.parsed("host", parse_authority);
    auto ns = table.parsed_list("ns", parse_authority);
    const bool is_default = table.boolean("default").value_or(false);
    auto account = read_auth(table, draft);
    auto ca = table.readable_file("ca");
    const auto tag_ttl = table.parsed("tag_ttl", parse_duration);
    auto proxies = table.parsed("proxy", parse_proxy);
    auto internal_hosts = table.parsed_list("internal_hosts", parse_host);
    read_blobs(table);
    check_reachable(table, is_default);
    table.finish();
    if (!draft.registry || !draft.url) return std::nullopt;
    UpstreamSettings settings{.registry = *std::move(draft.registry),
                              .url = *std::move(draft.url),
                              .prefix = std::move(prefix),
                              .host = std::move(host),
                              .ns = std::move(ns),
                              .is_default = is_default,
                              .account = std::move(account),
                              .ca = std::move(ca),
                              .tag_ttl = tag_ttl.value_or(std::chrono::milliseconds(0)),
                              .proxies = std::move(proxies),
                              .internal_hosts = std::move(internal_hosts)};
    return Located{std::move(settings), std::move(table)};
}

// "ghcr" lies inside "ghcr/x": ghcr/x/app would mean two images.
bool prefixes_overlap(const std::string& a, const std::string& b) {
    return (a + "/").starts_with(b + "/") || (b + "/").starts_with(a + "/");
}

bool share_namespace(const UpstreamSettings& a, const UpstreamSettings& b) { return std::ranges::find_first_of(a.ns, b.ns) != a.ns.end(); }

// `later` is complained about: the file is read from the top.
void check_pair(const Located& earlier, Located& later) {
    const auto& a = earlier.settings;
    const auto& b = later.settings;
    const auto report = [&](std::string_view key, const std::string& what) {
        later.table.problem(later.table.where(key),
                            std::string(key) + ": " + what + " the [[upstream]] of line " + std::to_string(earlier.table.where().line));
    };
    if (a.registry == b.registry)
        report("registry", "is that of another upstream too, expected one upstream for " + b.registry + "; compare");
    if (a.url == b.url) report("url", "is that of another upstream too, expected one upstream for " + b.url.url() + "; compare");
    if (a.prefix && b.prefix && prefixes_overlap(*a.prefix, *b.prefix)) {
        report("prefix", base::json::quote(*b.prefix) + " and " + base::json::quote(*a.prefix) +
                             " lie inside one another, expected a prefix apart from that of");
    }
    if (a.host && a.host == b.host) report("host", "is that of another upstream too, expected a name apart from that of");
    if (share_namespace(a, b)) report("ns", "names what another upstream names too, expected names apart from those of");
    if (a.is_default && b.is_default) report("default", "there is another default, expected at most one; compare");
}

}  // namespace

std::vector<UpstreamSettings> read_upstreams(ConfigTable& root) {
    root.require("upstream", "at least one [[upstream]]");
    std::vector<Located> found;
    for (auto& table : root.tables("upstream", "[[upstream]]")) {
        auto upstream = read_upstream(std::move(table));
        if (!upstream) continue;
        for (const auto& earlier : found) check_pair(earlier, *upstream);
        found.push_back(*std::move(upstream));
    }
    std::vector<UpstreamSettings> settings;
    for (auto& upstream : found) settings.push_back(std::move(upstream.settings));
    return settings;
}

}  // namespace proxy
