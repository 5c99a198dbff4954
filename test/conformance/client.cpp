// sigstore-conformance-client: verifies one bundle, as the conformance suite of Sigstore asks it to (docs/cli_protocol.md there).
// Exit status 0: verified; 1: refused, with the reason on stderr; 2: wrong arguments or a file that cannot be read.
#include <CLI/CLI.hpp>

#include <iostream>
#include <string>

#include "base/file.h"
#include "sigstore/verifier.h"
#include "test/conformance/public_roots.h"

namespace {

using sigstore::Artifact;

constexpr std::size_t kMaxArtifact = 1024 * 1024 * 1024;

enum Status { verified = 0, refused = 1, unusable = 2 };

struct Options {
    bool staging = false;
    std::string bundle;
    std::string identity;
    std::string issuer;
    std::string key;
    std::string trusted_root;
    std::string artifact;  // a file, or "sha256:…"
};

// A reason to stop that is no verdict about the bundle.
struct Unusable {
    std::string reason;
};

base::Bytes read(const std::string& path, std::size_t limit) {
    auto content = base::read_file(path, limit);
    if (!content) throw Unusable{path + ": " + content.error().message()};
    return *std::move(content);
}

template <typename T>
T usable(sigstore::Checked<T> checked, const std::string& path) {
    if (!checked) throw Unusable{path + ": " + checked.error().text()};
    return *std::move(checked);
}

Status report(const sigstore::Failure& failure) {
    std::cerr << "refused: " << failure.text() << '\n';
    return refused;
}

Status judge(const Options& options, const sigstore::Bundle& bundle, const sigstore::TrustedRoot& root, const Artifact& artifact) {
    if (!options.key.empty()) {
        const auto key = usable(sigstore::ManagedKey::parse(read(options.key, sigstore::kMaxCertificateSize), "key"), options.key);
        const auto result = sigstore::verify_with_key(bundle, root, key, artifact);
        return result ? verified : report(result.error());
    }
    const auto is_wanted = [&](const sigstore::CertificateIdentity& signer) {
        return signer.subject == options.identity && signer.issuer == options.issuer;
    };
    const auto result = sigstore::verify(bundle, root, artifact, {}, is_wanted);
    return result ? verified : report(result.error());
}

sigstore::TrustedRoot root_of(const Options& options) {
    if (options.trusted_root.empty()) {
        const auto json = options.staging ? conformance::staging_root() : conformance::public_good_root();
        return usable(sigstore::TrustedRoot::parse(base::as_bytes(json)), "built-in trusted root");
    }
    return usable(sigstore::TrustedRoot::parse(read(options.trusted_root, sigstore::kMaxBundleSize)), options.trusted_root);
}

Status verify_bundle(const Options& options) {
    const auto root = root_of(options);
    const auto bundle = sigstore::Bundle::parse(read(options.bundle, sigstore::kMaxBundleSize));
    if (!bundle) return report(bundle.error());
    if (const auto digest = base::Digest::parse(options.artifact)) return judge(options, *bundle, root, *digest);
    const auto content = read(options.artifact, kMaxArtifact);
    return judge(options, *bundle, root, Artifact::of_content(content));
}

void describe(CLI::App& command, Options& options) {
    command.add_flag("--staging", options.staging, "trust the staging instance instead of the public one");
    command.add_option("--bundle", options.bundle, "the bundle to verify")->required();
    auto* const identity = command.add_option("--certificate-identity", options.identity, "subject of the signer, exactly");
    auto* const issuer = command.add_option("--certificate-oidc-issuer", options.issuer, "issuer of the signer, exactly");
    auto* const key = command.add_option("--key", options.key, "public key of the signer, in place of an identity");
    identity->needs(issuer)->excludes(key);
    issuer->needs(identity);
    command.add_option("--trusted-root", options.trusted_root, "trusted_root.json in place of a built-in one");
    command.add_option("FILE_OR_DIGEST", options.artifact, "what was signed, or its sha256:… digest")->required();
    command.callback([&options] {
        if (options.identity.empty() && options.key.empty()) {
            throw CLI::RequiredError("--certificate-identity and --certificate-oidc-issuer, or --key");
        }
    });
}

}  // namespace

int main(int argc, char* argv[]) {
    CLI::App app("Verifies Sigstore bundles");
    Options options;
    auto* const command = app.add_subcommand("verify-bundle", "exit status 0 if the bundle verifies");
    describe(*command, options);
    app.require_subcommand(1);
    try {
        app.parse(argc, argv);
        return verify_bundle(options);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? verified : unusable;
    } catch (const Unusable& error) {
        std::cerr << "error: " << error.reason << '\n';
        return unusable;
    }
}
