#include "proxy/config_sections.h"

#include <algorithm>

#include "base/json_writer.h"
#include "proxy/config_values.h"

namespace proxy {
namespace {

constexpr std::int64_t kMaxThreads = 256;
constexpr auto kMaxDrain = std::chrono::hours(1);

std::optional<ServerTlsSettings> read_tls(ConfigTable& server) {
    auto tls = server.table("tls", "[server] tls");
    if (!tls) return std::nullopt;
    tls->require("certificate", "the path of a PEM file");
    tls->require("key", "the path of a PEM file");
    auto certificate = tls->readable_file("certificate");
    auto key = tls->readable_file("key");
    tls->finish();
    if (!certificate || !key) return std::nullopt;
    return ServerTlsSettings{*std::move(certificate), *std::move(key)};
}

// Port 0 takes a free one, so two of them are two addresses.
bool any_port(const std::string& address) { return address.ends_with(":0"); }

void check_listeners(ConfigTable& server, const ServerSettings& settings) {
    if (!server.has("listen") && !server.has("tls_listen")) {
        server.problem(server.where(), "[server]: no listener, expected listen or tls_listen");
    }
    if (server.has("tls_listen") && !server.has("tls")) {
        server.problem(server.where("tls_listen"), "tls_listen: needs a certificate, expected tls = { certificate = FILE, key = FILE }");
    }
    if (server.has("tls") && !server.has("tls_listen")) {
        server.problem(server.where("tls"), "tls: is used by no listener, expected tls_listen");
    }
    std::vector<std::string> all = settings.listen;
    all.insert(all.end(), settings.tls_listen.begin(), settings.tls_listen.end());
    std::erase_if(all, any_port);
    std::ranges::sort(all);
    if (const auto twice = std::ranges::adjacent_find(all); twice != all.end()) {
        server.problem(server.where(), "[server]: listens on " + *twice + " twice, expected each address once");
    }
}

std::chrono::milliseconds read_drain(ConfigTable& server, std::chrono::milliseconds otherwise) {
    const auto drain = server.parsed("drain", parse_duration);
    if (drain && *drain > kMaxDrain) server.problem(server.where("drain"), "drain: is longer than an hour, expected at most \"1h\"");
    return drain.value_or(otherwise);
}

void read_client_auth(ConfigTable& clients) {
    for (const auto& method : clients.strings("auth")) {
        if (method.text == "none") continue;
        clients.problem(method.where, "auth: " + base::json::quote(method.text) + " is not available in this version, expected \"none\"");
    }
}

base::Result<ClientAction> parse_action(std::string_view text) {
    if (const auto action = parse_client_action(text)) return *action;
    return base::fail(base::ErrorCode::invalid_input,
                      "is " + base::json::quote(text) + ", expected \"pull\", \"push\", \"delete\" or \"read-unverified\"");
}

Grant read_grant(ConfigTable& table) {
    Grant grant;
    table.require("who", "\"anonymous\"");
    table.require("repositories", "an array of globs");
    table.require("actions", "an array of \"pull\", \"push\", \"delete\", \"read-unverified\"");
    (void)table.word("who", {"anonymous"});
    grant.repositories = table.parsed_list("repositories", RepositoryPattern::parse);
    grant.actions = table.parsed_list("actions", parse_action);
    table.finish();
    return grant;
}

}  // namespace

ServerSettings read_server(ConfigTable& root) {
    ServerSettings settings;
    root.require("server", "the section [server] with listen or tls_listen");
    auto server = root.table("server", "[server]");
    if (!server) return settings;
    settings.listen = server->parsed_list("listen", parse_listen_address);
    settings.tls_listen = server->parsed_list("tls_listen", parse_listen_address);
    settings.tls = read_tls(*server);
    settings.public_url = server->parsed("public_url", http::Origin::parse);
    settings.hosts = server->parsed_list("hosts", parse_authority);
    settings.threads = static_cast<unsigned>(server->integer("threads", 0, kMaxThreads).value_or(settings.threads));
    settings.drain = read_drain(*server, settings.drain);
    check_listeners(*server, settings);
    server->finish();
    return settings;
}

AdminSettings read_admin(ConfigTable& root, const ServerSettings& server) {
    AdminSettings settings;
    auto admin = root.table("admin", "[admin]");
    if (!admin) return settings;
    admin->require("listen", "an address such as \"127.0.0.1:9090\"");
    settings.listen = admin->parsed("listen", parse_listen_address);
    const auto same = [&settings](const std::string& address) { return address == settings.listen && !any_port(address); };
    if (std::ranges::any_of(server.listen, same) || std::ranges::any_of(server.tls_listen, same)) {
        admin->problem(admin->where("listen"), "listen: is an address of [server] as well, expected one of its own");
    }
    admin->finish();
    return settings;
}

CacheSettings read_cache(ConfigTable& root) {
    CacheSettings settings;
    auto cache = root.table("cache", "[cache]");
    if (!cache) return settings;
    settings.memory = cache->parsed("memory", parse_size).value_or(settings.memory);
    settings.evidence_ttl = cache->parsed("evidence_ttl", parse_duration).value_or(settings.evidence_ttl);
    settings.negative_ttl = cache->parsed("negative_ttl", parse_duration).value_or(settings.negative_ttl);
    cache->finish();
    return settings;
}

LogSettings read_log(ConfigTable& root) {
    LogSettings settings;
    auto log = root.table("log", "[log]");
    if (!log) return settings;
    if (const auto level = log->word("level", {"debug", "info", "warn", "error"})) settings.level = static_cast<LogLevel>(*level);
    if (const auto format = log->word("format", {"json", "text"})) settings.format = static_cast<LogFormat>(*format);
    if (const auto path = log->located_string("decisions")) {
        settings.decisions = log->source().resolve(*path);
        if (path->text.empty() || !std::filesystem::is_directory(std::filesystem::absolute(settings.decisions->path).parent_path())) {
            log->problem(path->where, "decisions: " + base::json::quote(path->text) +
                                          " has no existing folder, expected the path of a file to append to");
        }
    }
    log->finish();
    return settings;
}

ClientSettings read_clients(ConfigTable& root) {
    ClientSettings settings;
    auto clients = root.table("clients", "[clients]");
    if (!clients) return settings;
    read_client_auth(*clients);
    for (auto& grant : clients->tables("grant", "[[clients.grant]]")) settings.grants.push_back(read_grant(grant));
    clients->finish();
    return settings;
}

std::vector<TrustSettings> read_trusts(ConfigTable& root) {
    std::vector<TrustSettings> trusts;
    for (auto& [name, table] : root.named_tables("trust")) {
        (void)table.parsed_item("trust", name, parse_label);
        table.require("trusted_root", "the path of a trusted_root.json");
        auto file = table.readable_file("trusted_root");
        table.finish();
        // Kept even if the file is wrong, so that a policy that names it is not blamed as well.
        trusts.push_back(TrustSettings{name.text, std::move(file).value_or(LocatedPath{})});
    }
    return trusts;
}

}  // namespace proxy
