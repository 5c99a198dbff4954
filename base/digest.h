// Content digests (OCI image-spec descriptor.md): always well formed, sha256 or sha512, lower-case hex.
// Inside the gate a sha256 digest names content; sha512 occurs in references and is checked against the bytes.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace base {

enum class HashAlgorithm { sha256, sha384, sha512 };

[[nodiscard]] std::size_t digest_size(HashAlgorithm algorithm);  // bytes
[[nodiscard]] Bytes hash(HashAlgorithm algorithm, BytesView content);

using Sha256 = std::array<std::uint8_t, 32>;
[[nodiscard]] Sha256 sha256(BytesView content);
[[nodiscard]] Sha256 sha256(std::initializer_list<BytesView> parts);  // of their concatenation

class Digest {
public:
    // "sha256:" and 64 lower-case hex digits, or "sha512:" and 128. Any other algorithm is refused, never guessed.
    [[nodiscard]] static Result<Digest> parse(std::string_view text);
    [[nodiscard]] static Digest sha256_of(BytesView content);
    [[nodiscard]] static Digest from_sha256(const Sha256& value);
    [[nodiscard]] static Digest of(HashAlgorithm algorithm, BytesView content);  // sha256 or sha512

    [[nodiscard]] HashAlgorithm algorithm() const { return algorithm_; }
    [[nodiscard]] const Bytes& bytes() const { return bytes_; }
    [[nodiscard]] std::string hex() const;
    [[nodiscard]] std::string to_string() const;           // "sha256:…"
    [[nodiscard]] std::string short_form() const;          // first 12 hex digits
    [[nodiscard]] bool matches(BytesView content) const;   // hashes content with algorithm()

    bool operator==(const Digest&) const = default;
    auto operator<=>(const Digest&) const = default;

private:
    Digest(HashAlgorithm algorithm, Bytes bytes) : algorithm_(algorithm), bytes_(std::move(bytes)) {}
    HashAlgorithm algorithm_;
    Bytes bytes_;
};

// Incremental hashing for streamed bodies.
class Hasher {
public:
    explicit Hasher(HashAlgorithm algorithm);
    Hasher(Hasher&&) noexcept;
    Hasher& operator=(Hasher&&) noexcept;
    ~Hasher();
    void update(BytesView part);
    [[nodiscard]] Bytes finish();  // once; the hasher is spent afterwards

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace base
