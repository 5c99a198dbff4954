#include "proxy/setup.h"

#include <optional>
#include <utility>

#include "proxy/config_trust.h"

namespace proxy {
namespace {

std::optional<UpstreamShare> make_upstream(const Config& config, const UpstreamSettings& settings, Problems& problems) {
    std::optional<std::filesystem::path> ca;
    if (settings.ca) ca = settings.ca->path;
    std::shared_ptr<const http::ClientTls> tls;
    if (settings.url.tls()) {
        auto created = http::ClientTls::create(ca);
        if (!created) {
            const auto where = settings.ca ? settings.ca->where : SourcePosition();
            problems.push_back(config.problem(where, created.error().message()));
            return std::nullopt;
        }
        tls = *std::move(created);
    }
    std::optional<registry::Credentials> credentials;
    if (settings.account) credentials = registry::Credentials{settings.account->username, settings.account->password};
    registry::Reach reach{settings.proxies.value_or(config.proxies), settings.internal_hosts};
    auto upstream = std::make_shared<registry::UpstreamConfig>(
        registry::UpstreamConfig{settings.url, std::move(tls), std::move(credentials), http::ClientOptions(), std::move(reach)});
    return UpstreamShare{std::move(upstream), std::make_shared<registry::TokenCache>()};
}

std::shared_ptr<LineSink> decision_sink(const Config& config, const AppSinks& sinks, Problems& problems) {
    if (!config.log.decisions) return sinks.access;
    auto file = LineSink::file(config.log.decisions->path);
    if (!file) {
        problems.push_back(config.problem(config.log.decisions->where, file.error().message()));
        return sinks.access;
    }
    return *std::move(file);
}

}  // namespace

std::vector<http::Listener> make_listeners(const Config& config, Problems& problems) {
    std::vector<http::Listener> listeners;
    for (const auto& address : config.server.listen) listeners.push_back(http::Listener{address, nullptr});
    if (!config.server.tls) return listeners;
    const auto& files = *config.server.tls;
    auto tls = http::ServerTls::create(http::ServerTlsFiles{files.certificate.path, files.key.path});
    if (!tls) {
        problems.push_back(config.problem(files.certificate.where, tls.error().message()));
        return listeners;
    }
    for (const auto& address : config.server.tls_listen) listeners.push_back(http::Listener{address, *tls});
    return listeners;
}

std::unique_ptr<SharedState> make_shared_state(Config config, AppSinks sinks, base::Clock clock, Problems& problems) {
    auto trust = load_trust(config);
    if (!trust) problems.insert(problems.end(), trust.error().begin(), trust.error().end());
    std::vector<UpstreamShare> upstreams;
    for (const auto& settings : config.upstreams) {
        if (auto upstream = make_upstream(config, settings, problems)) upstreams.push_back(*std::move(upstream));
    }
    auto decisions = decision_sink(config, sinks, problems);
    if (!problems.empty()) return nullptr;
    Log log(config.log.level, config.log.format, sinks.operation);
    AccessLog access(config.log.format, sinks.access);
    DecisionLog decision_log(config.log.format, std::move(decisions));
    return std::make_unique<SharedState>(std::move(config), *std::move(trust), std::move(upstreams), std::move(log), std::move(access),
                                         std::move(decision_log), std::move(clock));
}

}  // namespace proxy
