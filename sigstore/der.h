// A reader and a writer for the few DER structures that OpenSSL does not expose as received: extension values, the
// outer layers of a TimeStampResp, and the TBSCertificate whose SCT list has to be cut out (X.690 section 10; definite
// lengths in their shortest form).
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace sigstore::der {

inline constexpr std::uint8_t kInteger = 0x02;
inline constexpr std::uint8_t kOctetString = 0x04;
inline constexpr std::uint8_t kNull = 0x05;
inline constexpr std::uint8_t kObjectIdentifier = 0x06;
inline constexpr std::uint8_t kUtf8String = 0x0C;
inline constexpr std::uint8_t kSequence = 0x30;
inline constexpr std::uint8_t kSet = 0x31;
[[nodiscard]] constexpr std::uint8_t context(std::uint8_t number) { return static_cast<std::uint8_t>(0x80 | number); }
[[nodiscard]] constexpr std::uint8_t context_constructed(std::uint8_t number) { return static_cast<std::uint8_t>(0xA0 | number); }

struct Element {
    std::uint8_t tag;
    base::BytesView content;
    base::BytesView whole;  // tag, length and content
};

// Walks over the elements of one level; never looks inside them, so depth costs nothing.
class Reader {
public:
    explicit Reader(base::BytesView bytes) : rest_(bytes) {}
    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    [[nodiscard]] bool at(std::uint8_t tag) const { return !rest_.empty() && rest_.front() == tag; }
    // Nothing for: high tag numbers, indefinite or overlong lengths, content beyond the end.
    [[nodiscard]] std::optional<Element> next();
    [[nodiscard]] std::optional<Element> next(std::uint8_t tag);  // nothing for another tag either

private:
    base::BytesView rest_;
};

// The only element of `bytes`, with this tag and nothing behind it.
[[nodiscard]] std::optional<base::BytesView> only(base::BytesView bytes, std::uint8_t tag);

// One element with all that is in it, as X.690 section 10 writes it: every length definite and in its shortest form. OpenSSL reads more,
// so that bytes under no signature could be written in another way. Content of primitive elements is not looked at; 64 levels at most.
[[nodiscard]] bool is_strict(base::BytesView element);

[[nodiscard]] base::Bytes encode(std::uint8_t tag, base::BytesView content);
void append(base::Bytes& out, base::BytesView part);

}  // namespace sigstore::der
