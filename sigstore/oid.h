// Object identifiers as the content octets of their DER, for comparison; never turned into text (CVE-2023-2650: that is
// quadratic).
#pragma once

#include <array>
#include <cstdint>

namespace sigstore::oid {

// X.509 (RFC 5280)
inline constexpr std::array<std::uint8_t, 3> kSubjectAlternativeName{0x55, 0x1D, 0x11};  // 2.5.29.17
inline constexpr std::array<std::uint8_t, 3> kExtendedKeyUsage{0x55, 0x1D, 0x25};        // 2.5.29.37
inline constexpr std::array<std::uint8_t, 4> kAnyPurpose{0x55, 0x1D, 0x25, 0x00};        // 2.5.29.37.0
inline constexpr std::array<std::uint8_t, 8> kCodeSigning{0x2B, 0x06, 0x01, 0x05,
                                                          0x05, 0x07, 0x03, 0x03};  // 1.3.6.1.5.5.7.3.3
inline constexpr std::array<std::uint8_t, 8> kTimeStamping{0x2B, 0x06, 0x01, 0x05,
                                                           0x05, 0x07, 0x03, 0x08};  // 1.3.6.1.5.5.7.3.8
// Hashes (RFC 5754): 2.16.840.1.101.3.4.2.1 to .3
inline constexpr std::array<std::uint8_t, 9> kSha256{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01};
inline constexpr std::array<std::uint8_t, 9> kSha384{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02};
inline constexpr std::array<std::uint8_t, 9> kSha512{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03};
// Certificate transparency (RFC 6962 3.1, 3.3): 1.3.6.1.4.1.11129.2.4.4 and .2
inline constexpr std::array<std::uint8_t, 10> kPrecertificateSigning{0x2B, 0x06, 0x01, 0x04, 0x01,
                                                                     0xD6, 0x79, 0x02, 0x04, 0x04};
inline constexpr std::array<std::uint8_t, 10> kSctList{0x2B, 0x06, 0x01, 0x04, 0x01, 0xD6, 0x79, 0x02, 0x04, 0x02};
// Fulcio (docs/oid-info.md): 1.3.6.1.4.1.57264.1.N
inline constexpr std::array<std::uint8_t, 10> kFulcioIssuerRaw{0x2B, 0x06, 0x01, 0x04, 0x01,
                                                               0x83, 0xBF, 0x30, 0x01, 0x01};
inline constexpr std::array<std::uint8_t, 10> kFulcioUserName{0x2B, 0x06, 0x01, 0x04, 0x01,
                                                              0x83, 0xBF, 0x30, 0x01, 0x07};
inline constexpr std::array<std::uint8_t, 10> kFulcioIssuer{0x2B, 0x06, 0x01, 0x04, 0x01, 0x83, 0xBF, 0x30, 0x01, 0x08};

}  // namespace sigstore::oid
