#include "proxy/config.h"

#include "base/file.h"
#include "proxy/config_policies.h"
#include "proxy/config_sections.h"
#include "proxy/config_table.h"
#include "proxy/config_upstreams.h"
#include "proxy/toml_reader.h"

namespace proxy {

Problem Config::problem(SourcePosition where, std::string what) const { return Problem{file.string(), where, std::move(what)}; }

std::expected<Config, Problems> parse_config(std::string_view text, const std::filesystem::path& file, const ConfigFiles& files) {
    const auto document = read_toml(text, file.string());
    if (const auto* problem = std::get_if<Problem>(&document)) return std::unexpected(Problems{*problem});

    ConfigSource source(file, files);
    ConfigTable root(source, std::get<TomlValue>(document), "the configuration");
    Config config;
    config.file = file;
    config.server = read_server(root);
    config.admin = read_admin(root, config.server);
    config.cache = read_cache(root);
    config.log = read_log(root);
    config.upstreams = read_upstreams(root);
    config.clients = read_clients(root);
    config.trusts = read_trusts(root);
    config.policies = read_policies(root, config.trusts);
    config.default_action = read_default_action(root);
    root.finish();

    auto problems = source.take_problems();
    if (!problems.empty()) return std::unexpected(std::move(problems));
    return config;
}

std::expected<Config, Problems> load_config(const std::filesystem::path& file) {
    const auto bytes = base::read_file(file, kTomlLimit);
    if (!bytes) return std::unexpected(Problems{Problem{file.string(), {}, bytes.error().message()}});
    return parse_config(base::as_text(*bytes), file);
}

}  // namespace proxy
