#include "test/fuzz/signed_images.h"

#include <filesystem>

#include "base/file.h"
#include "base/json_reader.h"
#include "test/fuzz/property.h"
#include "test/support/source_dir.h"

namespace fuzz {

namespace {

base::Bytes read(std::string_view name) {
    return base::read_file(std::filesystem::path(test::source_dir()) / "test/data/images" / name, 1024 * 1024).value();
}

std::string text_of(const base::json::Reader& object, std::string_view name) {
    return std::string(object.at(name).value().string().value());
}

std::vector<std::string> read_checkpoints() {
    std::vector<std::string> notes;
    const auto folder = std::filesystem::path(test::source_dir()) / "test/data/images/bundles";
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        const auto bundle = sigstore::Bundle::parse(read("bundles/" + file.path().filename().string())).value();
        for (const auto& entry : bundle.log_entries()) notes.push_back(entry.proof.value().checkpoint);
    }
    return notes;
}

std::vector<SignedImage> read_images() {
    const auto identities = base::json::parse(base::as_text(read("identities.json"))).value();
    std::vector<SignedImage> images;
    for (const auto* const name : {"signed-rekor1-email", "signed-rekor1-github", "signed-rekor1-no-tsa", "signed-rekor2-email",
                                   "signed-rekor2-github", "other-identity"}) {
        const auto entry = base::json::Reader(identities).at(name).value();
        images.push_back({base::Digest::parse(text_of(entry, "digest")).value(), text_of(entry, "subject"), text_of(entry, "issuer"),
                          sigstore::Bundle::parse(read("bundles/" + std::string(name) + ".sigstore.json")).value()});
    }
    return images;
}

}  // namespace

const std::vector<SignedImage>& signed_images() {
    static const auto images = read_images();
    return images;
}

const std::vector<std::string>& signed_checkpoints() {
    static const auto checkpoints = read_checkpoints();
    return checkpoints;
}

const sigstore::TrustedRoot& signed_images_root() {
    static const auto root = sigstore::TrustedRoot::parse(read("trusted_root.json")).value();
    return root;
}

}  // namespace fuzz
