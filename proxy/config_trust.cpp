#include "proxy/config_trust.h"

#include "base/digest.h"
#include "base/file.h"

namespace proxy {
namespace {

constexpr std::size_t kTrustedRootLimit = 4 * 1024 * 1024;

base::Result<NamedRoot> read_root(const std::string& name, const std::filesystem::path& path) {
    TRY(const auto json, base::read_file(path, kTrustedRootLimit));
    auto root = sigstore::TrustedRoot::parse(json);
    if (!root) return base::fail(base::ErrorCode::invalid_input, path.string() + ": not a trusted root: " + root.error().text());
    auto shared = std::make_shared<const sigstore::TrustedRoot>(*std::move(root));
    return NamedRoot{name, base::Digest::sha256_of(json).to_string(), std::move(shared)};
}

}  // namespace

std::expected<TrustStore, Problems> load_trust(const Config& config) {
    TrustStore store;
    Problems problems;
    for (const auto& trust : config.trusts) {
        auto root = read_root(trust.name, trust.trusted_root.path);
        if (root) {
            store.add(*std::move(root));
        } else {
            problems.push_back(config.problem(trust.trusted_root.where, root.error().message()));
        }
    }
    if (!problems.empty()) return std::unexpected(std::move(problems));
    return store;
}

}  // namespace proxy
