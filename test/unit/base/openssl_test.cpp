#include "base/openssl.h"

#include <openssl/pem.h>

#include "test/support/catch.h"

TEST_CASE("openssl_error drains the queue, so that the next call is not blamed") {
    base::clear_openssl_errors();
    const unsigned char junk[] = {0x30, 0x05, 0x01};
    const unsigned char* position = junk;
    const base::X509Handle none(d2i_X509(nullptr, &position, sizeof junk));
    REQUIRE_FALSE(none);
    CHECK(base::openssl_error("d2i_X509").message().starts_with("d2i_X509: error:"));
    CHECK(base::openssl_error("next").message() == "next: no reason given");
}
