#include "sigstore/dsse.h"

#include "test/support/catch.h"

TEST_CASE("the pre-authentication encoding counts bytes, not characters") {
    const auto [type, payload, expected] = GENERATE(table<std::string, std::string, std::string>({
        {"http://example.com/HelloWorld", "hello world", "DSSEv1 29 http://example.com/HelloWorld 11 hello world"},
        {"", "", "DSSEv1 0  0 "},
        {"\xC3\xA9", "x", "DSSEv1 2 \xC3\xA9 1 x"},
        {"\xE2\x80\x94", "", "DSSEv1 3 \xE2\x80\x94 0 "},
        {"\xF0\x9F\x98\x80", "0123456789", "DSSEv1 4 \xF0\x9F\x98\x80 10 0123456789"},
    }));
    CHECK(base::as_text(sigstore::dsse_pae(type, base::as_bytes(payload))) == expected);
}
