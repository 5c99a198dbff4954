#include "http/no_proxy.h"

#include <boost/asio/ip/address_v6.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "http/grammar.h"

namespace http {

namespace ip = boost::asio::ip;

namespace {

constexpr unsigned kMappedBits = 96;  // of ::ffff:0:0/96 before the IPv4 address

// Without a zone: that names an interface of this machine, not a network.
std::optional<ip::address> parse_address(const std::string& text) {
    boost::system::error_code error;
    const auto address = ip::make_address(text, error);
    if (error || text.find('%') != std::string::npos) return std::nullopt;
    return address;
}

bool same_bits(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, unsigned bits) {
    for (unsigned i = 0; i < bits; ++i) {
        const auto mask = static_cast<std::uint8_t>(0x80U >> (i % 8));
        if (((a[i / 8] ^ b[i / 8]) & mask) != 0) return false;
    }
    return true;
}

bool is_in(const ip::address& address, const ip::address& network, unsigned bits) {
    if (address.is_v4() != network.is_v4()) return false;
    if (address.is_v4()) return same_bits(address.to_v4().to_bytes(), network.to_v4().to_bytes(), bits);
    return same_bits(address.to_v6().to_bytes(), network.to_v6().to_bytes(), bits);
}

bool fits(const std::string& wanted, std::uint16_t port) { return wanted.empty() || wanted == std::to_string(port); }

// host:port or [address]:port; the entry alone where it is neither, as an IPv6 address without brackets is.
std::pair<std::string_view, std::string_view> split_port(std::string_view entry) {
    const auto colon = entry.rfind(':');
    if (colon == std::string_view::npos) return {entry, {}};
    const auto host = entry.substr(0, colon);
    const auto port = entry.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']')) return {host.substr(1, host.size() - 2), port};
    if (host.find_first_of(":[]") != std::string_view::npos || port.find(']') != std::string_view::npos) return {entry, {}};
    return {host, port};
}

}  // namespace

ip::address unmapped(const ip::address& address) {
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

NoProxy::NoProxy(std::string_view list) {
    while (true) {
        const auto comma = list.find(',');
        add(trim_whitespace(list.substr(0, comma)));
        if (comma == std::string_view::npos) return;
        list.remove_prefix(comma + 1);
    }
}

void NoProxy::add(std::string_view text) {
    const auto entry = to_lower(text);
    if (entry == "*") {
        everything_ = true;
        return;
    }
    if (entry.find('/') != std::string::npos && add_block(entry, {})) return;
    auto [host, port] = split_port(entry);
    if (host.empty()) return;
    const bool block = host.find('/') != std::string_view::npos;  // has no port
    if (!block && add_block(std::string(host), port)) return;
    if (host.starts_with("*.")) host.remove_prefix(1);
    const bool itself = !host.starts_with('.');
    domains_.push_back(Domain{(itself ? "." : "") + std::string(host), itself, std::string(port)});
}

// False: it is neither an address nor address/bits.
bool NoProxy::add_block(const std::string& text, std::string_view port) {
    const auto slash = text.find('/');
    const auto address = parse_address(text.substr(0, slash));
    if (!address) return false;
    const auto network = unmapped(*address);
    const unsigned most = address->is_v4() ? 32 : 128;
    std::uint64_t bits = most;
    if (slash != std::string::npos) {
        const auto written = parse_decimal(std::string_view(text).substr(slash + 1), 3);
        if (!written || *written > most) return false;
        bits = *written;
    }
    if (network != *address) {
        if (bits < kMappedBits) return false;
        bits -= kMappedBits;
    }
    blocks_.push_back(Block{network, static_cast<unsigned>(bits), std::string(port)});
    return true;
}

bool NoProxy::matches(const std::string& host, std::uint16_t port) const {
    if (everything_) return true;
    if (const auto literal = parse_address(host)) {
        const auto address = unmapped(*literal);
        return std::ranges::any_of(blocks_,
                                   [&](const Block& block) { return is_in(address, block.network, block.bits) && fits(block.port, port); });
    }
    return std::ranges::any_of(domains_, [&](const Domain& domain) {
        const bool named = host.ends_with(domain.suffix) || (domain.itself && host == std::string_view(domain.suffix).substr(1));
        return named && fits(domain.port, port);
    });
}

}  // namespace http
