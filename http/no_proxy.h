// The list in NO_PROXY: which hosts are reached directly. There is no standard; these are the rules of golang.org/x/net/http/httpproxy,
// because docker, containerd, podman and crane follow it and one environment is set for all of them.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace http {

class NoProxy {
public:
    NoProxy() = default;
    // Entries are separated by commas; blanks around them and letter case do not matter:
    //   *                            every host
    //   example.com, example.com:80  this name and every name below it; with a port only that port
    //   .example.com, *.example.com  names below it, not itself
    //   10.0.0.1, 10.0.0.1:80        this address, where the URL is written with it: names are not resolved for this
    //   10.0.0.0/8, fd00::/8         addresses of this block, at every port
    // An IPv6 address with a port stands in brackets. What is none of these fits nothing.
    explicit NoProxy(std::string_view list);

    // `host` as Origin has it: lower case, IPv6 without brackets.
    [[nodiscard]] bool matches(const std::string& host, std::uint16_t port) const;

private:
    struct Block {
        boost::asio::ip::address network;  // an address alone is a block of one
        unsigned bits;
        std::string port;  // empty: every port
    };
    struct Domain {
        std::string suffix;  // ".example.com"
        bool itself;         // "example.com" as well
        std::string port;
    };
    void add(std::string_view entry);
    [[nodiscard]] bool add_block(const std::string& text, std::string_view port);

    bool everything_ = false;
    std::vector<Block> blocks_;
    std::vector<Domain> domains_;
};

// The IPv4 address that an IPv6 address maps (RFC 4291 section 2.5.5.2), or the address itself.
[[nodiscard]] boost::asio::ip::address unmapped(const boost::asio::ip::address& address);

}  // namespace http
