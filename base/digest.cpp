#include "base/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>

#include "base/openssl.h"

namespace base {
namespace {

constexpr std::string_view kSha256Prefix = "sha256:";
constexpr std::string_view kSha512Prefix = "sha512:";

// Fetched once: an implicit fetch per call costs more than hashing a small manifest.
const EVP_MD* evp_md(HashAlgorithm algorithm) {
    static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    static const EVP_MD* const sha384 = EVP_MD_fetch(nullptr, "SHA384", nullptr);
    static const EVP_MD* const sha512 = EVP_MD_fetch(nullptr, "SHA512", nullptr);
    switch (algorithm) {
        case HashAlgorithm::sha256: return sha256;
        case HashAlgorithm::sha384: return sha384;
        case HashAlgorithm::sha512: return sha512;
    }
    return sha256;
}

// The only ways a SHA-2 computation fails are out of memory and a broken OpenSSL installation: nothing may go on after either.
void require(int openssl_result) {
    if (openssl_result != 1) std::abort();
}

bool is_lower_hex(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

std::size_t digest_size(HashAlgorithm algorithm) {
    switch (algorithm) {
        case HashAlgorithm::sha256: return 32;
        case HashAlgorithm::sha384: return 48;
        case HashAlgorithm::sha512: return 64;
    }
    return 32;
}

Bytes hash(HashAlgorithm algorithm, BytesView content) {
    Bytes result(digest_size(algorithm));
    require(EVP_Digest(content.data(), content.size(), result.data(), nullptr, evp_md(algorithm), nullptr));
    return result;
}

Sha256 sha256(BytesView content) { return sha256({content}); }

Sha256 sha256(std::initializer_list<BytesView> parts) {
    const MdContextHandle context(EVP_MD_CTX_new());
    if (!context) std::abort();
    require(EVP_DigestInit_ex(context.get(), evp_md(HashAlgorithm::sha256), nullptr));
    for (const auto part : parts) require(EVP_DigestUpdate(context.get(), part.data(), part.size()));
    Sha256 result{};
    require(EVP_DigestFinal_ex(context.get(), result.data(), nullptr));
    return result;
}

Result<Digest> Digest::parse(std::string_view text) {
    auto algorithm = HashAlgorithm::sha256;
    std::string_view hex;
    if (text.starts_with(kSha256Prefix)) {
        hex = text.substr(kSha256Prefix.size());
    } else if (text.starts_with(kSha512Prefix)) {
        algorithm = HashAlgorithm::sha512;
        hex = text.substr(kSha512Prefix.size());
    } else {
        return fail(ErrorCode::invalid_input, "digest: expected sha256:<64 hex> or sha512:<128 hex>");
    }
    if (hex.size() != digest_size(algorithm) * 2 || !is_lower_hex(hex)) {
        return fail(ErrorCode::invalid_input, "digest: expected " + std::to_string(digest_size(algorithm) * 2) + " lower-case hex digits");
    }
    TRY(auto bytes, hex_decode(hex));
    return Digest(algorithm, std::move(bytes));
}

Digest Digest::sha256_of(BytesView content) { return of(HashAlgorithm::sha256, content); }
Digest Digest::from_sha256(const Sha256& value) { return {HashAlgorithm::sha256, Bytes(value.begin(), value.end())}; }
Digest Digest::of(HashAlgorithm algorithm, BytesView content) { return {algorithm, hash(algorithm, content)}; }

std::string Digest::hex() const { return hex_encode(bytes_); }
std::string Digest::to_string() const { return std::string(algorithm_ == HashAlgorithm::sha512 ? kSha512Prefix : kSha256Prefix) + hex(); }
std::string Digest::short_form() const { return hex().substr(0, 12); }
bool Digest::matches(BytesView content) const { return hash(algorithm_, content) == bytes_; }

struct Hasher::State {
    MdContextHandle context{EVP_MD_CTX_new()};
    HashAlgorithm algorithm = HashAlgorithm::sha256;
};

Hasher::Hasher(HashAlgorithm algorithm) : state_(std::make_unique<State>()) {
    if (!state_->context) std::abort();
    state_->algorithm = algorithm;
    require(EVP_DigestInit_ex(state_->context.get(), evp_md(algorithm), nullptr));
}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::update(BytesView part) { require(EVP_DigestUpdate(state_->context.get(), part.data(), part.size())); }
Bytes Hasher::finish() {
    Bytes result(digest_size(state_->algorithm));
    require(EVP_DigestFinal_ex(state_->context.get(), result.data(), nullptr));
    return result;
}

}  // namespace base
