#include "proxy/config_credentials.h"

#include <algorithm>
#include <optional>

#include "base/json_reader.h"
#include "base/strict_json.h"

namespace proxy {
namespace {

using base::ErrorCode;
using base::fail;
using base::json::Reader;

constexpr std::size_t kCredentialLimit = 64 * 1024;
constexpr std::size_t kEntryLimit = 1000;

// "https://index.docker.io/v1/" names index.docker.io; "quay.io/org" is podman's spelling for one organisation and
// names no host.
std::optional<std::string> host_of(std::string_view key) {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (key.starts_with(scheme)) key.remove_prefix(scheme.size());
    }
    const auto slash = key.find('/');
    const auto path = slash == std::string_view::npos ? std::string_view() : key.substr(slash);
    if (!path.empty() && path != "/" && path != "/v1/" && path != "/v2/" && path != "/v1" && path != "/v2") return std::nullopt;
    std::string host(key.substr(0, slash));
    // Docker Hub's three names are one registry; docker login writes the first.
    if (host == "index.docker.io" || host == "registry-1.docker.io") return "docker.io";
    return host;
}

bool names_one_of(std::string_view key, const std::vector<std::string>& hosts) {
    const auto host = host_of(key);
    return host && std::ranges::any_of(hosts, [&host](const std::string& known) { return host_of(known) == host; });
}

// RFC 7617 section 2: no colon in the user name, no control characters in either.
base::Result<ServiceAccount> checked_account(std::string username, base::Secret password) {
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (username.empty()) return fail(ErrorCode::invalid_input, "the user name is empty");
    if (username.find(':') != std::string::npos) return fail(ErrorCode::invalid_input, "the user name has a colon");
    if (std::ranges::any_of(username, control)) return fail(ErrorCode::invalid_input, "the user name has a control character");
    if (password.empty()) return fail(ErrorCode::invalid_input, "the password is empty");
    if (std::ranges::any_of(password.reveal(), control)) return fail(ErrorCode::invalid_input, "the password has a control character");
    return ServiceAccount{std::move(username), std::move(password)};
}

base::Result<ServiceAccount> account_from(const Reader& entry) {
    TRY(const auto token, entry.find("identitytoken"));
    if (token) return fail(ErrorCode::invalid_input, "has an identity token, expected a user name and a password");
    TRY(const auto auth, entry.find("auth"));
    if (auth) {
        TRY(const auto decoded, auth->base64());
        const base::Secret pair{std::string(base::as_text(decoded))};
        const auto colon = pair.reveal().find(':');
        if (colon == std::string_view::npos) return fail(ErrorCode::invalid_input, "auth: expected base64 of user:password");
        return checked_account(std::string(pair.reveal().substr(0, colon)), base::Secret(std::string(pair.reveal().substr(colon + 1))));
    }
    TRY(const auto username, entry.at("username"));
    TRY(const auto name, username.string());
    TRY(const auto password, entry.at("password"));
    TRY(const auto secret, password.string());
    return checked_account(std::string(name), base::Secret(std::string(secret)));
}

base::Result<void> refuse_helpers(const Reader& root, const std::vector<std::string>& hosts) {
    TRY(const auto helpers, root.find("credHelpers"));
    if (helpers) {
        TRY(const auto entries, helpers->members(kEntryLimit));
        for (const auto& [key, helper] : entries) {
            if (names_one_of(key, hosts))
                return fail(ErrorCode::invalid_input, "a credential helper stands there for this registry, expected an entry in \"auths\"");
        }
    }
    return {};
}

base::Result<ServiceAccount> find_account(const Reader& root, const std::vector<std::string>& hosts) {
    TRY_VOID(refuse_helpers(root, hosts));
    TRY(const auto auths, root.find("auths"));
    if (auths) {
        TRY(const auto entries, auths->members(kEntryLimit));
        for (const auto& [key, entry] : entries) {
            if (names_one_of(key, hosts)) return account_from(entry);
        }
    }
    return fail(ErrorCode::not_found, "no entry in \"auths\" for " + hosts.front());
}

}  // namespace

base::Result<ServiceAccount> read_docker_config(const std::filesystem::path& file, const std::vector<std::string>& hosts,
                                                const ConfigFiles& files) {
    TRY(const auto bytes, files.read(file, kCredentialLimit));
    auto document = base::json::parse(base::as_text(bytes));
    if (!document) return std::unexpected(std::move(document).error().with_context(file.string()));
    auto account = find_account(Reader(*document), hosts);
    if (!account) return std::unexpected(std::move(account).error().with_context(file.string()));
    return account;
}

base::Result<ServiceAccount> read_password_file(const std::filesystem::path& file, std::string_view username, const ConfigFiles& files) {
    TRY(const auto bytes, files.read(file, kCredentialLimit));
    std::string_view text = base::as_text(bytes);
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    auto account = checked_account(std::string(username), base::Secret(std::string(text)));
    if (!account) return std::unexpected(std::move(account).error().with_context(file.string()));
    return account;
}

}  // namespace proxy
