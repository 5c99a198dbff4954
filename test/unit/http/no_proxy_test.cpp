#include "http/no_proxy.h"

#include "test/support/catch.h"

TEST_CASE("NO_PROXY is read as Go's clients read it") {
    // Every row was put to net/http of Go 1.26 as well.
    const auto [list, host, port, direct] = GENERATE(table<std::string, std::string, std::uint16_t, bool>({
        {"", "ghcr.io", 443, false},
        {",", "ghcr.io", 443, false},
        {" , ,", "ghcr.io", 443, false},
        {"*", "ghcr.io", 443, true},
        {"a.example, *", "ghcr.io", 443, true},
        {"*", "10.1.2.3", 8080, true},
        {"*:443", "ghcr.io", 443, false},
        {"ghcr.io", "ghcr.io", 443, true},
        {"GHCR.io", "ghcr.io", 443, true},
        {" ghcr.io ", "ghcr.io", 5000, true},
        {"a.example,ghcr.io,b.example", "ghcr.io", 443, true},
        {"a.example ghcr.io", "ghcr.io", 443, false},
        {"a.example;ghcr.io", "ghcr.io", 443, false},
        {"ghcr.io", "pkg.ghcr.io", 443, true},
        {"ghcr.io", "a.b.ghcr.io", 443, true},
        {"ghcr.io", "notghcr.io", 443, false},
        {"ghcr.io", "ghcr.io.evil.example", 443, false},
        {"ghcr.io", "io", 443, false},
        {"pkg.ghcr.io", "ghcr.io", 443, false},
        {".ghcr.io", "ghcr.io", 443, false},
        {".ghcr.io", "pkg.ghcr.io", 443, true},
        {"*.ghcr.io", "ghcr.io", 443, false},
        {"*.ghcr.io", "pkg.ghcr.io", 443, true},
        {"*ghcr.io", "pkg.ghcr.io", 443, false},
        {"pkg.*", "pkg.ghcr.io", 443, false},
        {"ghcr.io:443", "ghcr.io", 443, true},
        {"ghcr.io:443", "ghcr.io", 5000, false},
        {"ghcr.io:443", "pkg.ghcr.io", 443, true},
        {".ghcr.io:5000", "pkg.ghcr.io", 5000, true},
        {"*.ghcr.io:5000", "pkg.ghcr.io", 443, false},
        {"ghcr.io:", "ghcr.io", 443, true},
        {"ghcr.io:https", "ghcr.io", 443, false},
        {":443", "ghcr.io", 443, false},
        {"https://ghcr.io", "ghcr.io", 443, false},
        {"io", "ghcr.io", 443, true},
        {"registry", "registry", 443, true},
        {"10.0.0.1", "10.0.0.1", 443, true},
        {"10.0.0.1", "10.0.0.10", 443, false},
        {"10.0.0.1", "110.0.0.1", 443, false},
        {"0.0.1", "10.0.0.1", 443, false},
        {".0.0.1", "10.0.0.1", 443, false},
        {"10.0.0.1:5000", "10.0.0.1", 5000, true},
        {"10.0.0.1:5000", "10.0.0.1", 443, false},
        {"10.0.0.0/8", "10.255.0.1", 5000, true},
        {"10.0.0.0/8", "11.0.0.1", 443, false},
        {"10.1.2.3/8", "10.9.9.9", 443, true},
        {"192.168.4.0/22", "192.168.7.255", 443, true},
        {"192.168.4.0/22", "192.168.8.0", 443, false},
        {"0.0.0.0/0", "8.8.8.8", 443, true},
        {"0.0.0.0/0", "ghcr.io", 443, false},
        {"0.0.0.0/0", "2001:db8::1", 443, false},
        {"10.0.0.0/33", "10.0.0.1", 443, false},
        {"10.0.0.0/8:443", "10.0.0.1", 443, false},
        {"10.0.0.0/", "10.0.0.0", 443, false},
        {"10.0.0.1/08", "10.0.0.1", 443, true},
        {"010.0.0.1", "10.0.0.1", 443, false},
        {"2001:db8::1", "2001:db8::1", 443, true},
        {"2001:DB8:0::1", "2001:db8::1", 443, true},
        {"[2001:db8::1]", "2001:db8::1", 443, false},
        {"[2001:db8::1]:443", "2001:db8::1", 443, true},
        {"[2001:db8::1]:443", "2001:db8::1", 5000, false},
        {"2001:db8::/32", "2001:db8:ffff::1", 443, true},
        {"2001:db8::/32", "2001:db9::1", 443, false},
        {"fd00::/8", "fdab::1", 443, true},
        {"::/0", "10.0.0.1", 443, false},
        {"::ffff:10.0.0.1", "10.0.0.1", 443, true},
        {"10.0.0.1", "::ffff:10.0.0.1", 443, true},
        {"::ffff:10.0.0.0/104", "10.7.7.7", 443, true},
        {"::ffff:10.0.0.0/95", "10.0.0.0", 443, false},
        {"fe80::1%eth0", "fe80::1", 443, false},
    }));
    CAPTURE(list, host, port);
    CHECK(http::NoProxy(list).matches(host, port) == direct);
}

TEST_CASE("without a list nothing is reached directly") { CHECK_FALSE(http::NoProxy().matches("ghcr.io", 443)); }

TEST_CASE("a mapped address is the IPv4 address that it maps") {
    const auto address = [](const char* text) { return boost::asio::ip::make_address(text); };
    CHECK(http::unmapped(address("::ffff:10.0.0.1")) == address("10.0.0.1"));
    CHECK(http::unmapped(address("::10.0.0.1")) == address("::10.0.0.1"));
    CHECK(http::unmapped(address("10.0.0.1")) == address("10.0.0.1"));
}
