// Times of one verification on one core, warm: for run.py, which compares. Prints "NAME MILLISECONDS" lines: medians over rounds.
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json_reader.h"
#include "base/openssl.h"
#include "sigstore/verifier.h"

namespace {

constexpr int kRounds = 15;
constexpr auto kRoundTime = std::chrono::milliseconds(100);

// Of one call, in milliseconds: the median of rounds that last a tenth of a second each.
double time_of(const std::function<void()>& call) {
    std::vector<double> rounds;
    for (int round = 0; round < kRounds; ++round) {
        const auto begin = std::chrono::steady_clock::now();
        int calls = 0;
        auto end = begin;
        for (; end - begin < kRoundTime; end = std::chrono::steady_clock::now()) {
            call();
            ++calls;
        }
        rounds.push_back(std::chrono::duration<double, std::milli>(end - begin).count() / calls);
    }
    std::ranges::nth_element(rounds, rounds.begin() + kRounds / 2);
    return rounds[kRounds / 2];
}

void report(const char* name, double milliseconds) { std::printf("%s %.4f\n", name, milliseconds); }

[[noreturn]] void give_up(const std::string& why) {
    std::fprintf(stderr, "error: %s\n", why.c_str());
    std::exit(1);
}

void require(bool holds, const char* what) {
    if (!holds) give_up(what);
}

base::Bytes read(const std::filesystem::path& path) {
    auto content = base::read_file(path, 4 * 1024 * 1024);
    if (!content) give_up(content.error().message());
    return *std::move(content);
}

// What everything is measured against.
double curve(const char* name, base::HashAlgorithm hash) {
    const base::OpensslHandle<EVP_PKEY, EVP_PKEY_free> key(EVP_EC_gen(name));
    const auto digest = base::hash(hash, base::as_bytes("digest"));
    const base::KeyContextHandle signer(EVP_PKEY_CTX_new(key.get(), nullptr));
    require(EVP_PKEY_sign_init(signer.get()) == 1, "sign");
    std::size_t size = 256;
    base::Bytes signature(size);
    require(EVP_PKEY_sign(signer.get(), signature.data(), &size, digest.data(), digest.size()) == 1, "sign");
    return time_of([&] {
        const base::KeyContextHandle verifier(EVP_PKEY_CTX_new(key.get(), nullptr));
        require(EVP_PKEY_verify_init(verifier.get()) == 1 &&
                    EVP_PKEY_verify(verifier.get(), signature.data(), size, digest.data(), digest.size()) == 1,
                "a signature verifies");
    });
}

struct Image {
    base::Bytes bundle;
    sigstore::Artifact artifact;
    std::string subject;
};

Image read_image(const std::filesystem::path& images, const std::string& name) {
    const auto identities = base::json::parse(base::as_text(read(images / "identities.json"))).value();
    const auto entry = base::json::Reader(identities).at(name).value();
    const auto text = [&](std::string_view member) { return std::string(entry.at(member).value().string().value()); };
    return {read(images / "bundles" / (name + ".sigstore.json")), base::Digest::parse(text("digest")).value(), text("subject")};
}

// From bytes to verdict, as for a bundle that was just fetched.
void verify(const Image& image, const sigstore::TrustedRoot& root, const std::string& subject, bool expected) {
    const auto bundle = sigstore::Bundle::parse(image.bundle);
    const auto is_wanted = [&](const sigstore::CertificateIdentity& signer) { return signer.subject == subject; };
    require(bundle && sigstore::verify(*bundle, root, image.artifact, {}, is_wanted).has_value() == expected, "the verdict is as expected");
}

// A hundred signatures of somebody else on one image: what anyone who may push can attach.
void refuse_junk(const std::vector<Image>& junk, const sigstore::TrustedRoot& root, const std::string& subject) {
    for (int i = 0; i < 100; ++i) verify(junk[static_cast<std::size_t>(i) % junk.size()], root, subject, false);
}

}  // namespace

int main(int argc, char* argv[]) {
    if (argc != 2) give_up("verify IMAGES");
    const std::filesystem::path images = argv[1];
    const auto root_text = read(images / "trusted_root.json");
    const auto root = sigstore::TrustedRoot::parse(root_text).value();
    report("p256", curve("P-256", base::HashAlgorithm::sha256));
    report("p384", curve("P-384", base::HashAlgorithm::sha384));
    for (const auto* const name : {"signed-rekor1-no-tsa", "signed-rekor1-email", "signed-rekor2-email"}) {
        const auto image = read_image(images, name);
        report(name, time_of([&] { verify(image, root, image.subject, true); }));
    }
    const auto image = read_image(images, "signed-rekor1-email");
    report("wrong-identity", time_of([&] { verify(image, root, "somebody@else.example", false); }));
    const std::vector<Image> junk{read_image(images, "other-identity"), read_image(images, "other-issuer"),
                                  read_image(images, "wrong-subject")};
    report("junk-100", time_of([&] { refuse_junk(junk, root, "somebody@else.example"); }));
    report("root", time_of([&] { require(sigstore::TrustedRoot::parse(root_text).has_value(), "the root is read"); }));
}
