// The configuration: the input is TOML and, behind a line "#FILE", what every file that it names contains. No file of
// the machine is looked at. Either all of it is right, or every problem points at a line of it.
#include "proxy/config.h"

#include <algorithm>
#include <string>

#include "test/fuzz/property.h"

namespace {

using fuzz::require;

struct Input {
    std::string_view toml;
    std::string_view file;
};

Input split(std::string_view input) {
    constexpr std::string_view kMark = "\n#FILE\n";
    const auto mark = input.find(kMark);
    if (mark == std::string_view::npos) return {input, {}};
    return {input.substr(0, mark + 1), input.substr(mark + kMark.size())};
}

proxy::ConfigFiles files_with(std::string_view content) {
    proxy::ConfigFiles files;
    files.check = [](const std::filesystem::path& path) -> base::Result<void> {
        if (path.filename() == "gone") return base::fail(base::ErrorCode::not_found, "cannot be read");
        return {};
    };
    files.read = [content](const std::filesystem::path&, std::size_t limit) -> base::Result<base::Bytes> {
        if (content.size() > limit) return base::fail(base::ErrorCode::too_large, "too large");
        return base::to_bytes(content);
    };
    return files;
}

void check_problems(const proxy::Problems& problems, std::string_view toml) {
    require(!problems.empty(), "what does not load has a problem");
    const auto lines = static_cast<std::size_t>(std::ranges::count(toml, '\n')) + 1;
    for (const auto& problem : problems) {
        require(!problem.what.empty(), "a problem says what is wrong");
        require(problem.text().find('\n') == std::string::npos, "a problem is one line");
        require(problem.where.line <= lines, "a problem points into the text");
    }
}

bool inside(const std::string& a, const std::string& b) { return (a + "/").starts_with(b + "/"); }

void check_upstreams(const std::vector<proxy::UpstreamSettings>& upstreams) {
    require(!upstreams.empty(), "there is an upstream");
    for (auto a = upstreams.begin(); a != upstreams.end(); ++a) {
        for (auto b = std::next(a); b != upstreams.end(); ++b) {
            require(a->registry != b->registry && !(a->url == b->url), "no two upstreams are one registry");
            require(!(a->is_default && b->is_default), "at most one upstream is the default");
            require(!a->prefix || !b->prefix || !(inside(*a->prefix, *b->prefix) || inside(*b->prefix, *a->prefix)),
                    "no prefix lies inside another");
            require(std::ranges::find_first_of(a->ns, b->ns) == a->ns.end(), "no ns names two upstreams");
        }
    }
}

void check_config(const proxy::Config& config) {
    require(!config.server.listen.empty() || !config.server.tls_listen.empty(), "the gate listens");
    require(config.server.tls_listen.empty() || config.server.tls, "a TLS listener has a certificate");
    check_upstreams(config.upstreams);
    for (const auto& policy : config.policies) {
        require(!policy.name.empty() && !policy.repositories.empty(), "a policy has a name and repositories");
        for (const auto& name : policy.trust) {
            require(std::ranges::find(config.trusts, name, &proxy::TrustSettings::name) != config.trusts.end(), "a policy's trust exists");
        }
        if (policy.action != proxy::PolicyAction::verify) continue;
        require(!policy.trust.empty() && !policy.signers.empty(), "a policy that verifies has a trust and a signer");
    }
}

// A comment above moves every position by one line, but for what is said of the file as a whole, and changes nothing
// else.
void check_moved(const std::expected<proxy::Config, proxy::Problems>& config, std::string_view toml, const proxy::ConfigFiles& files) {
    const auto moved = proxy::parse_config("# above\n" + std::string(toml), "/etc/gate/config.toml", files);
    require(moved.has_value() == config.has_value(), "a comment above changes nothing");
    // Of two mistakes in the syntax, toml++ reports one, and which depends on where its blocks of 32 bytes end.
    if (config || config.error().front().what.starts_with("not TOML")) return;
    require(moved.error().size() == config.error().size(), "a comment above makes no problem");
    for (std::size_t i = 0; i < config.error().size(); ++i) {
        const auto before = config.error()[i].where.line;
        const auto after = moved.error()[i].where.line;
        require(after == before + 1 || before <= 1, "a comment above moves problems by a line");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto input = split(fuzz::as_text(data, size));
    const auto files = files_with(input.file);
    const auto config = proxy::parse_config(input.toml, "/etc/gate/config.toml", files);
    if (config) {
        check_config(*config);
    } else {
        check_problems(config.error(), input.toml);
    }
    // A byte order mark is one only at the very beginning.
    if (!input.toml.starts_with("\xEF\xBB\xBF")) check_moved(config, input.toml, files);
    return 0;
}
