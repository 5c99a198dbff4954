#include "registry/address.h"

#include "test/support/catch.h"

using namespace registry;

TEST_CASE("is_inside_address is true for whatever may lead inside") {
    const std::string host = GENERATE(
        as<std::string>(), "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "172.16.0.1",
        "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1",
        "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1",
        "fd12:3456::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::7f00:1",
        "2001:db8::1", "2002:7f00:1::", "2001:0:1::1", "fe80::1%eth0", "localhost", "localhost.", "a.localhost", "2130706433", "0x7f000001",
        "0x7f.1", "127.1", "0177.0.0.1", "1.2.3.0x4", "1.2.3", "999.1.1.1", "01.2.3.4", "", ".", "127.0.0.1.");
    CAPTURE(host);
    CHECK(is_inside_address(host));
}

TEST_CASE("is_inside_address is false for public hosts") {
    const std::string host =
        GENERATE(as<std::string>(), "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "172.15.0.1", "172.32.0.1", "192.167.1.1",
                 "100.63.0.1", "100.128.0.1", "223.255.255.255", "::ffff:8.8.8.8", "2606:4700::1", "2001:4860::1", "ghcr.io",
                 "auth.docker.io", "localhost.example", "notlocalhost", "10.example", "example.com.", "a1", "x0x1");
    CAPTURE(host);
    CHECK_FALSE(is_inside_address(host));
}
