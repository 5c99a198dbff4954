#include "registry/api_error.h"

#include <algorithm>
#include <array>

#include "base/json_writer.h"

namespace registry {
namespace {

struct CodeRow {
    ApiCode code;
    std::string_view name;
    unsigned status;
};

// oci-proxying 1.5: the distribution spec's codes, and those that the reference registry adds.
constexpr std::array kCodes{
    CodeRow{ApiCode::blob_unknown, "BLOB_UNKNOWN", 404},
    CodeRow{ApiCode::blob_upload_invalid, "BLOB_UPLOAD_INVALID", 400},
    CodeRow{ApiCode::blob_upload_unknown, "BLOB_UPLOAD_UNKNOWN", 404},
    CodeRow{ApiCode::denied, "DENIED", 403},
    CodeRow{ApiCode::digest_invalid, "DIGEST_INVALID", 400},
    CodeRow{ApiCode::manifest_blob_unknown, "MANIFEST_BLOB_UNKNOWN", 404},
    CodeRow{ApiCode::manifest_invalid, "MANIFEST_INVALID", 400},
    CodeRow{ApiCode::manifest_unknown, "MANIFEST_UNKNOWN", 404},
    CodeRow{ApiCode::name_invalid, "NAME_INVALID", 400},
    CodeRow{ApiCode::name_unknown, "NAME_UNKNOWN", 404},
    CodeRow{ApiCode::pagination_number_invalid, "PAGINATION_NUMBER_INVALID", 400},
    CodeRow{ApiCode::range_invalid, "RANGE_INVALID", 416},
    CodeRow{ApiCode::size_invalid, "SIZE_INVALID", 400},
    CodeRow{ApiCode::tag_invalid, "TAG_INVALID", 400},
    CodeRow{ApiCode::too_many_requests, "TOOMANYREQUESTS", 429},
    CodeRow{ApiCode::unauthorized, "UNAUTHORIZED", 401},
    CodeRow{ApiCode::unavailable, "UNAVAILABLE", 503},
    CodeRow{ApiCode::unknown, "UNKNOWN", 500},
    CodeRow{ApiCode::unsupported, "UNSUPPORTED", 405},
};

constexpr bool rows_stand_at_their_codes() {
    for (std::size_t i = 0; i < kCodes.size(); ++i) {
        if (static_cast<std::size_t>(kCodes[i].code) != i) return false;
    }
    return kCodes.size() == static_cast<std::size_t>(ApiCode::unsupported) + 1;
}
static_assert(rows_stand_at_their_codes());

const CodeRow& row_of(ApiCode code) { return kCodes[static_cast<std::size_t>(code)]; }

}  // namespace

std::string_view to_string(ApiCode code) { return row_of(code).name; }
unsigned usual_status(ApiCode code) { return row_of(code).status; }

ApiError::ApiError(ApiCode api_code, std::string_view text) : ApiError(api_code, usual_status(api_code), text) {}
ApiError::ApiError(ApiCode api_code, unsigned http_status, std::string_view text)
    : code(api_code), status(http_status), message(one_ascii_line(text)) {}

// One error only: most clients print errors[0] and nothing else; `detail` is a short string because docker drops other types (1.5).
std::string error_body(const ApiError& error) {
    base::json::ObjectWriter entry;
    entry.add("code", to_string(error.code)).add("message", std::string_view(error.message));
    if (!error.detail.empty()) entry.add("detail", std::string_view(error.detail));
    base::json::ArrayWriter errors;
    errors.add_raw(entry.text());
    base::json::ObjectWriter body;
    body.add_raw("errors", errors.text());
    return body.text();
}

http::ResponseHead error_head(const ApiError& error) {
    http::ResponseHead head;
    head.status = error.status;
    head.headers.set("Content-Type", "application/json");
    head.headers.set("Docker-Distribution-Api-Version", "registry/2.0");
    head.headers.set("Cache-Control", "no-store");
    if (!error.allow.empty()) head.headers.set("Allow", error.allow);
    if (error.retry_after) head.headers.set("Retry-After", std::to_string(error.retry_after->count()));
    return head;
}

std::string one_ascii_line(std::string_view text) {
    std::string line(text);
    std::ranges::replace_if(line, [](char c) { return c < 0x20 || c > 0x7E; }, '?');
    return line;
}

}  // namespace registry
