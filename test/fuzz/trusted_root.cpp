// trusted_root.json (sigstore-verification 2): a root that is read is whole, and a real bundle verifies under it only if the keys
// that made it are among the root's.
#include "sigstore/trusted_root.h"

#include <algorithm>

#include "sigstore/verifier.h"
#include "test/fuzz/property.h"
#include "test/fuzz/signed_images.h"

namespace {

using fuzz::require;
using sigstore::TrustedRoot;

void check(const TrustedRoot& root) {
    for (const auto* const logs : {&root.logs(), &root.certificate_logs()}) {
        require(logs->size() <= 64, "at most 64 logs");
        for (const auto& log : *logs) require(log.valid_for.start.has_value(), "a log's window has a start");
    }
    for (const auto& log : root.logs()) require(root.find_log(log.id) != nullptr, "a log is found by its id");
    for (const auto& log : root.certificate_logs()) require(root.find_certificate_log(log.id) != nullptr, "a CT log is found by its id");
    for (const auto* const authorities : {&root.certificate_authorities(), &root.timestamp_authorities()}) {
        require(authorities->size() <= 64, "at most 64 authorities");
        for (const auto& authority : *authorities) {
            require(!authority.issuers.empty() && authority.intermediates.size() < 10, "an authority is ready for use");
        }
    }
}

bool has_key(const std::vector<sigstore::TransparencyLog>& logs, const std::vector<sigstore::TransparencyLog>& known) {
    return std::ranges::any_of(logs, [&](const auto& log) {
        return std::ranges::any_of(known, [&](const auto& other) { return other.key.spki() == log.key.spki(); });
    });
}

void check_verdict(const TrustedRoot& root) {
    const auto& genuine = fuzz::signed_images_root();
    const auto& image = fuzz::signed_images().front();
    if (!sigstore::verify(image.bundle, root, image.digest)) return;
    require(has_key(root.logs(), genuine.logs()), "a bundle verifies only with its log's key");
    require(has_key(root.certificate_logs(), genuine.certificate_logs()), "a bundle verifies only with its CT log's key");
    const auto is_known = [&](const sigstore::Authority& authority) {
        return std::ranges::any_of(genuine.certificate_authorities(), [&](const sigstore::Authority& known) {
            const auto same_key = [&](const auto& one) { return one.key().spki() == authority.anchor.key().spki(); };
            return same_key(known.anchor) || std::ranges::any_of(known.intermediates, same_key);
        });
    };
    require(std::ranges::any_of(root.certificate_authorities(), is_known), "a bundle verifies only under its CA");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto root = TrustedRoot::parse(base::BytesView(data, size));
    if (!root) {
        require(!root.error().text().empty() && root.error().text().size() < 4096, "a failure is told in bounds");
        return 0;
    }
    check(*root);
    check_verdict(*root);
    return 0;
}
