#include "registry/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>

namespace registry {
namespace {

struct Block {
    std::uint32_t network;
    unsigned bits;
};
// IANA IPv4 Special-Purpose Address Registry: what is not globally reachable, and multicast and reserved space.
constexpr std::array kInside4{
    Block{0x00000000, 8},  Block{0x0A000000, 8},  Block{0x64400000, 10}, Block{0x7F000000, 8},  Block{0xA9FE0000, 16},
    Block{0xAC100000, 12}, Block{0xC0000000, 24}, Block{0xC0000200, 24}, Block{0xC0A80000, 16}, Block{0xC6120000, 15},
    Block{0xC6336400, 24}, Block{0xCB007100, 24}, Block{0xE0000000, 4},  Block{0xF0000000, 4},
};

bool is_inside4(std::uint32_t address) {
    return std::ranges::any_of(kInside4, [&](const Block& block) { return (address ^ block.network) >> (32 - block.bits) == 0; });
}

std::uint32_t read_be32(const std::uint8_t* bytes) {
    return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | std::uint32_t{bytes[3]};
}

// Only 2000::/3 is global unicast; in it, 6to4 and Teredo carry IPv4 addresses, and 2001:db8::/32 is documentation. NAT64
// (64:ff9b::/96) lies outside and is refused with the rest.
bool is_inside6(const std::array<std::uint8_t, 16>& address) {
    constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    if (std::ranges::equal(std::span(address).first<12>(), kMapped)) return is_inside4(read_be32(address.data() + 12));
    if ((address[0] & 0xE0) != 0x20) return true;
    const auto head = read_be32(address.data());
    return head >> 16 == 0x2002 || head == 0x20010000 || head == 0x20010DB8;
}

// The last label is a number: resolvers that follow inet_aton take the whole for an address.
bool ends_in_number(std::string_view host) {
    const auto label = host.substr(host.rfind('.') + 1);
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return !label.empty() && (std::ranges::all_of(label, is_digit) || label.starts_with("0x") || label.starts_with("0X"));
}

}  // namespace

bool is_inside_address(std::string_view host) {
    while (host.ends_with('.')) host.remove_suffix(1);
    const std::string text(host);
    std::array<std::uint8_t, 16> bytes{};
    if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return is_inside6(bytes);
    if (text.find(':') != std::string::npos) return true;  // a zone, or not an address at all
    if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return is_inside4(read_be32(bytes.data()));
    return text.empty() || ends_in_number(text) || text == "localhost" || text.ends_with(".localhost");
}

}  // namespace registry
