#include "sigstore/json_fields.h"

#include "test/support/catch.h"

using namespace sigstore;

TEST_CASE("the shared fields are read, or refused with their place") {
    const auto document =
        base::json::parse(
            R"({"list":[1,2,3],"text":"x","empty":"","bytes":"AAAA","hash":"SHA2_384","md5":"MD5","number":1,)"
            R"("range":{"start":"2026-01-01T00:00:00Z","end":null},"backwards":{"start":"2026-01-02T00:00:00Z","end":"2026-01-01T00:00:00Z"},)"
            R"("odd":{"start":"yesterday"},"moment":{"start":"2026-01-01T00:00:00Z","end":"2026-01-01T00:00:00Z"},)"
            R"("past":{"end":"1960-01-01T00:00:00Z"}})")
            .value();
    const base::json::Reader object(document, "doc");

    CHECK(list_field(object, "list", 3).value().size() == 3);
    CHECK(list_field(object, "absent", 3).value().empty());
    CHECK(list_field(object, "list", 2).error().code == FailureCode::limits);
    CHECK(list_field(object, "text", 2).error().code == FailureCode::malformed);

    CHECK(text_field(object, "text").value() == "x");
    CHECK(text_field(object, "empty").error().where == "doc.empty");
    CHECK(text_field(object, "absent").error().where == "doc.absent");
    CHECK(optional_text_field(object, "absent").value().empty());
    CHECK(optional_text_field(object, "number").error().code == FailureCode::malformed);

    CHECK(bytes_field(object, "bytes").value().size() == 3);
    CHECK(bytes_field(object, "empty").error().code == FailureCode::malformed);
    CHECK(sha256_value(object.at("bytes").value()).error().where == "doc.bytes");

    CHECK(hash_field(object, "hash").value() == base::HashAlgorithm::sha384);
    CHECK(hash_field(object, "md5").error().code == FailureCode::unsupported);

    const auto range = time_range_field(object, "range").value();
    CHECK(range.start);
    CHECK_FALSE(range.end);
    CHECK_FALSE(time_range_field(object, "absent").value().start);
    CHECK(time_range_field(object, "backwards").error().code == FailureCode::malformed);
    CHECK(time_range_field(object, "moment"));
    CHECK(time_range_field(object, "past").value().end);
    CHECK(time_range_field(object, "odd").error().where == "doc.odd.start");
}
