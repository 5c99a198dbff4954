#include "sigstore/der.h"

#include "test/support/catch.h"

using namespace sigstore;
using base::Bytes;

namespace {

Bytes joined(Bytes head, std::size_t size) {
    head.resize(head.size() + size);
    return head;
}

}  // namespace

TEST_CASE("elements are read in order, with their bytes as they stand") {
    const Bytes bytes{0x02, 0x01, 0x05, 0x0C, 0x02, 'h', 'i'};
    der::Reader reader(bytes);
    const auto number = reader.next(der::kInteger);
    REQUIRE(number);
    CHECK(Bytes(number->whole.begin(), number->whole.end()) == Bytes{0x02, 0x01, 0x05});
    CHECK_FALSE(reader.next(der::kInteger));
    CHECK(base::as_text(reader.next(der::kUtf8String)->content) == "hi");
    CHECK(reader.at_end());
    CHECK_FALSE(reader.next());
}

TEST_CASE("lengths round trip in their shortest form") {
    const auto size = GENERATE(as<std::size_t>(), 0, 1, 127, 128, 255, 256, 65'535, 65'536);
    const auto encoded = der::encode(der::kOctetString, Bytes(size, 0xAB));
    const auto content = der::only(encoded, der::kOctetString);
    REQUIRE(content);
    CHECK(content->size() == size);
}

TEST_CASE("a high tag number is refused whatever its class, and its neighbour is not") {
    for (const std::uint8_t tag : std::initializer_list<std::uint8_t>{0x1F, 0x3F, 0x9F, 0xBF}) {
        const Bytes bytes{tag, 0x01, 0x00};
        CHECK_FALSE(der::Reader(bytes).next());
        CHECK_FALSE(der::only(bytes, tag));
    }
    const Bytes bytes{0x1E, 0x01, 0x00};
    CHECK(der::Reader(bytes).next());
}

TEST_CASE("a length of four octets is read") {
    const auto bytes = joined({0x04, 0x83, 0x01, 0x00, 0x00}, 0x10000);
    CHECK(der::only(bytes, der::kOctetString).value().size() == 0x10000);
    const auto four = joined({0x04, 0x84, 0x01, 0x00, 0x00, 0x00}, 0x1000000);
    CHECK(der::only(four, der::kOctetString).value().size() == 0x1000000);
}

TEST_CASE("what is not DER is refused") {
    const auto [name, bytes] = GENERATE(table<std::string, Bytes>({
        {"empty", {}},
        {"a tag alone", {0x04}},
        {"content beyond the end", {0x04, 0x02, 0x00}},
        {"trailing bytes", {0x04, 0x01, 0x00, 0x00}},
        {"indefinite length", {0x04, 0x80, 0x00, 0x00}},
        {"long form where the short one is possible", {0x04, 0x81, 0x01, 0x00}},
        {"leading zero in the length", {0x04, 0x82, 0x00, 0x01, 0x00}},
        {"leading zero in a length that needs the long form", joined({0x04, 0x82, 0x00, 0x80}, 0x80)},
        {"long form of 127", joined({0x04, 0x81, 0x7F}, 0x7F)},
        {"no length octets, content to the end", {0x04, 0x80}},
        {"five length octets with content", joined({0x04, 0x85, 0x01, 0x00, 0x00, 0x00, 0x00}, 0x80)},
        {"a length field that ends the bytes", {0x04, 0x81}},
        {"five length octets", {0x04, 0x85, 0x01, 0x00, 0x00, 0x00, 0x00}},
        {"length field cut off", {0x04, 0x82, 0x01}},
        {"high tag number", {0x1F, 0x01, 0x00}},
        {"another tag", {0x05, 0x00}},
        {"4 GiB", {0x04, 0x84, 0xFF, 0xFF, 0xFF, 0xFF}},
    }));
    CAPTURE(name);
    CHECK_FALSE(der::only(bytes, der::kOctetString));
}

TEST_CASE("X.690 10.1: the indefinite length and one of more octets than a length may have are refused") {
    const Bytes indefinite = joined({0x30, 0x80}, 128);
    CHECK_FALSE(der::Reader(indefinite).next());
    const Bytes five = joined({0x30, 0x85, 0x01, 0x00, 0x00, 0x00, 0x80}, 128);
    CHECK_FALSE(der::Reader(five).next());
    // What would be left of it in 64 bits fits.
    const Bytes nine = joined({0x30, 0x89, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80}, 128);
    CHECK_FALSE(der::Reader(nine).next());
    const Bytes one_octet = joined({0x30, 0x81, 0x80}, 128);
    CHECK(der::Reader(one_octet).next());
}

TEST_CASE("X.690 section 10: strict is one element, with lengths in their shortest form on every level") {
    const auto nested = [](int levels) {
        Bytes element{0x02, 0x01, 0x00};
        for (int i = 0; i < levels; ++i) element = der::encode(der::kSequence, element);
        return element;
    };
    CHECK(der::is_strict(nested(0)));
    CHECK(der::is_strict(nested(64)));
    CHECK_FALSE(der::is_strict(nested(65)));
    CHECK_FALSE(der::is_strict({}));
    CHECK_FALSE(der::is_strict(Bytes{0x02, 0x01, 0x00, 0x02, 0x01, 0x00}));  // two
    CHECK(der::is_strict(Bytes{0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00}));
    CHECK_FALSE(der::is_strict(Bytes{0x30, 0x04, 0x02, 0x81, 0x01, 0x00}));
    CHECK_FALSE(der::is_strict(Bytes{0x30, 0x80, 0x02, 0x01, 0x00, 0x00, 0x00}));
    CHECK(der::is_strict(Bytes{0x04, 0x02, 0x30, 0x80}));  // what a primitive one holds is another matter
}
