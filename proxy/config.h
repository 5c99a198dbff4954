// The configuration (design 12), typed and checked: whoever holds a Config can use every value without looking again.
// Immutable, shared as shared_ptr<const Config>. A setting that this version does not implement is an unknown key,
// never silently ignored.
#pragma once

#include <chrono>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/secret.h"
#include "http/origin.h"
#include "http/proxy_routes.h"
#include "proxy/config_files.h"
#include "proxy/config_problem.h"
#include "proxy/grants.h"
#include "proxy/policy.h"

namespace proxy {

struct ServerTlsSettings {  // PEM files
    LocatedPath certificate;
    LocatedPath key;
};

struct ServerSettings {
    std::vector<std::string> listen;      // "0.0.0.0:5000", "[::1]:5000"; at least one here or in tls_listen
    std::vector<std::string> tls_listen;  // not empty: tls is set
    std::optional<ServerTlsSettings> tls;
    std::optional<http::Origin> public_url;  // for Location, Link and realm headers
    std::vector<std::string> hosts;          // authorities this gate answers for, lower case
    unsigned threads = 0;                    // 0: one per core
    std::chrono::milliseconds drain{20'000};
};

struct AdminSettings {
    std::optional<std::string> listen;  // absent: no admin listener
};

struct CacheSettings {
    std::uint64_t memory = std::uint64_t{256} * 1024 * 1024;  // bytes of manifests and evidence
    std::chrono::milliseconds evidence_ttl{std::chrono::hours(24)};  // how long manifests and evidence are used without looking; 0: never
    std::chrono::milliseconds negative_ttl{30'000};  // how long a listing that does not satisfy its rule is believed
};

enum class LogLevel { debug, info, warn, error };
enum class LogFormat { json, text };

struct LogSettings {
    LogLevel level = LogLevel::info;  // of operational messages; access and decision lines are always written
    LogFormat format = LogFormat::json;
    std::optional<LocatedPath> decisions;  // absent: standard output, with the access log
};

struct ServiceAccount {  // read from the docker configuration or the password file
    std::string username;
    base::Secret password;
};

struct UpstreamSettings {
    std::string registry;  // canonical host, lower case: "docker.io", "127.0.0.1:5001"
    http::Origin url;
    std::optional<std::string> prefix;  // "ghcr" or "mirrors/ghcr": gate/PREFIX/acme/app is REGISTRY/acme/app
    std::optional<std::string> host;  // virtual host, lower case authority
    std::vector<std::string> ns;  // values of containerd's ns parameter, exact
    bool is_default = false;  // `default`: for requests that match nothing else
    std::optional<ServiceAccount> account;  // `auth`; absent: anonymous
    std::optional<LocatedPath> ca;  // PEM; absent: the system's store
    std::chrono::milliseconds tag_ttl{0};  // how long a tag's digest is believed without asking; 0: ask every time
    std::optional<http::ProxyRoutes> proxies{};  // `proxy`; absent: as the environment says
    std::vector<std::string> internal_hosts{};  // inside, and this registry may name them; as http::Origin has hosts
};

struct ClientSettings {
    std::vector<Grant> grants;  // none: nothing is permitted
};

struct TrustSettings {
    std::string name;
    LocatedPath trusted_root;
};

struct Config {
    std::filesystem::path file;
    ServerSettings server;
    AdminSettings admin;
    CacheSettings cache;
    LogSettings log;
    std::vector<UpstreamSettings> upstreams;  // at least one
    ClientSettings clients;
    std::vector<TrustSettings> trusts;
    std::vector<PolicyRule> policies;  // in the order of the file; every trust they name exists
    PolicyAction default_action = PolicyAction::deny;  // deny | allow
    http::ProxyRoutes proxies;  // of the environment; not in the file: whoever starts the program sets it

    // For what is found wrong later, when a file is used: points at the line that names it.
    [[nodiscard]] Problem problem(SourcePosition where, std::string what) const;
};

// Reads and checks the file, and the files it names as far as they are credentials (others are only probed for being
// readable).
[[nodiscard]] std::expected<Config, Problems> load_config(const std::filesystem::path& file);
// The same from text; `file` names it in problems, and its folder resolves relative paths.
[[nodiscard]] std::expected<Config, Problems> parse_config(std::string_view text, const std::filesystem::path& file,
                                                           const ConfigFiles& files = files_of_disk());

}  // namespace proxy
