#include "sigstore/pem.h"

#include "test/support/catch.h"

using sigstore::pem_decode;

TEST_CASE("one block is decoded, however its lines are broken") {
    for (const auto* text : {"-----BEGIN CERTIFICATE-----\nZm9v\nYmFy\n-----END CERTIFICATE-----\n",
                             "-----BEGIN CERTIFICATE-----\r\nZm9vYmFy\r\n-----END CERTIFICATE-----\r\n",
                             "-----BEGIN CERTIFICATE-----\nZm9vYmFy\n-----END CERTIFICATE-----"}) {
        const auto block = pem_decode(text);
        REQUIRE(block);
        CHECK(block->label == "CERTIFICATE");
        CHECK(base::as_text(block->der) == "foobar");
    }
}

TEST_CASE("a text of 128 KiB is the longest") {
    const std::string frame = "-----BEGIN X-----\n\n-----END X-----\n";
    const auto text = [&](std::size_t size) {
        const auto letters = (size - frame.size()) / 4 * 4;
        return "-----BEGIN X-----\n" + std::string(letters, 'A') + std::string(size - frame.size() - letters, '\n') + "\n-----END X-----\n";
    };
    CHECK(text(128 * 1024).size() == 128 * 1024);
    CHECK(pem_decode(text(128 * 1024)));
    CHECK_FALSE(pem_decode(text(128 * 1024 + 1)));
}

TEST_CASE("anything but one block is refused") {
    const std::string block = "-----BEGIN X-----\nZm9v\n-----END X-----\n";
    const auto [name, text] = GENERATE_COPY(table<std::string, std::string>({
        {"empty", ""},
        {"text in front", "x\n" + block},
        {"text behind", block + "x"},
        {"a second block", block + block},
        {"other label at the end", "-----BEGIN X-----\nZm9v\n-----END Y-----\n"},
        {"no end", "-----BEGIN X-----\nZm9v\n"},
        {"not base64", "-----BEGIN X-----\nZm9*\n-----END X-----\n"},
        {"headers", "-----BEGIN X-----\nA: b\n\nZm9v\n-----END X-----\n"},
        {"nothing inside", "-----BEGIN X-----\n-----END X-----\n"},
        {"label cut off", "-----BEGIN X"},
        {"too long", "-----BEGIN X-----\n" + std::string(200'000, 'A') + "\n-----END X-----\n"},
    }));
    CAPTURE(name);
    CHECK_FALSE(pem_decode(text));
}
