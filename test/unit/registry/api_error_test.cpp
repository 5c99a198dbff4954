#include "registry/api_error.h"

#include "test/support/catch.h"

using namespace registry;

TEST_CASE("Every code has its name and its usual status") {
    const auto [code, name, status] = GENERATE(table<ApiCode, std::string, unsigned>({
        {ApiCode::blob_unknown, "BLOB_UNKNOWN", 404},
        {ApiCode::blob_upload_invalid, "BLOB_UPLOAD_INVALID", 400},
        {ApiCode::blob_upload_unknown, "BLOB_UPLOAD_UNKNOWN", 404},
        {ApiCode::denied, "DENIED", 403},
        {ApiCode::digest_invalid, "DIGEST_INVALID", 400},
        {ApiCode::manifest_blob_unknown, "MANIFEST_BLOB_UNKNOWN", 404},
        {ApiCode::manifest_invalid, "MANIFEST_INVALID", 400},
        {ApiCode::manifest_unknown, "MANIFEST_UNKNOWN", 404},
        {ApiCode::name_invalid, "NAME_INVALID", 400},
        {ApiCode::name_unknown, "NAME_UNKNOWN", 404},
        {ApiCode::pagination_number_invalid, "PAGINATION_NUMBER_INVALID", 400},
        {ApiCode::range_invalid, "RANGE_INVALID", 416},
        {ApiCode::size_invalid, "SIZE_INVALID", 400},
        {ApiCode::tag_invalid, "TAG_INVALID", 400},
        {ApiCode::too_many_requests, "TOOMANYREQUESTS", 429},
        {ApiCode::unauthorized, "UNAUTHORIZED", 401},
        {ApiCode::unavailable, "UNAVAILABLE", 503},
        {ApiCode::unknown, "UNKNOWN", 500},
        {ApiCode::unsupported, "UNSUPPORTED", 405},
    }));
    CHECK(to_string(code) == name);
    CHECK(ApiError(code, "x").status == status);
}

TEST_CASE("The body has one error, and detail only where there is one") {
    ApiError error(ApiCode::denied, 403, "not \"signed\"");
    CHECK(error_body(error) == R"({"errors":[{"code":"DENIED","message":"not \"signed\""}]})");
    error.detail = "d-1";
    CHECK(error_body(error) == R"({"errors":[{"code":"DENIED","message":"not \"signed\"","detail":"d-1"}]})");
}

TEST_CASE("A message is one line of ASCII") {
    CHECK(ApiError(ApiCode::denied, "a\r\nSet-Cookie: x\t\x7F\xC3\xA4").message == "a??Set-Cookie: x????");
    CHECK(one_ascii_line("plain ~") == "plain ~");
}

TEST_CASE("The head says what clients need and forbids storing") {
    ApiError error(ApiCode::unsupported, 405, "no");
    error.allow = "GET";
    const auto head = error_head(error);
    CHECK(head.status == 405);
    CHECK(head.headers.get("content-type") == "application/json");
    CHECK(head.headers.get("Docker-Distribution-Api-Version") == "registry/2.0");
    CHECK(head.headers.get("Cache-Control") == "no-store");
    CHECK(head.headers.get("Allow") == "GET");
    CHECK_FALSE(error_head(ApiError(ApiCode::denied, "x")).headers.get("Allow").has_value());
    CHECK_FALSE(head.headers.get("Retry-After").has_value());
    error.retry_after = std::chrono::seconds(17);
    CHECK(error_head(error).headers.get("Retry-After") == "17");
}
