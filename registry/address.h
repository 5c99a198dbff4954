// Which hosts a registry may not lead the gate to: addresses inside a network or a machine (oci-proxying 2.14, 2.18).
#pragma once

#include <string_view>

namespace registry {

// `host` as http::Origin has it: a name, an IPv4 or an IPv6 address without brackets. True for literals that are loopback, private,
// link-local, shared (RFC 6598), unspecified, multicast, reserved or mapped to one of these; for every spelling of an IPv4 address other
// than four decimal numbers (0x7f.1, 2130706433: resolvers read them as addresses); and for localhost and names under it.
[[nodiscard]] bool is_inside_address(std::string_view host);

}  // namespace registry
