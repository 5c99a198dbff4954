// OCI error answers: one table from code to status, one body shape (oci-proxying 1.5).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace registry {

enum class ApiCode {
    blob_unknown,
    blob_upload_invalid,
    blob_upload_unknown,
    denied,
    digest_invalid,
    manifest_blob_unknown,
    manifest_invalid,
    manifest_unknown,
    name_invalid,
    name_unknown,
    pagination_number_invalid,
    range_invalid,
    size_invalid,
    tag_invalid,
    too_many_requests,
    unauthorized,
    unavailable,
    unknown,
    unsupported,
};

[[nodiscard]] std::string_view to_string(ApiCode code);   // "MANIFEST_UNKNOWN"
[[nodiscard]] unsigned usual_status(ApiCode code);

struct ApiError {
    ApiCode code;
    unsigned status;
    std::string message;  // one line of ASCII; made so by the constructor
    std::string allow;    // for 405: value of Allow
    std::optional<std::chrono::seconds> retry_after;
    std::string detail;   // empty: left out; a short string, for example a decision id

    ApiError(ApiCode api_code, std::string_view text);
    ApiError(ApiCode api_code, unsigned http_status, std::string_view text);
};

[[nodiscard]] std::string error_body(const ApiError& error);            // {"errors":[…]}
// Status, Content-Type, Docker-Distribution-Api-Version, Allow, Retry-After, Cache-Control: no-store.
[[nodiscard]] http::ResponseHead error_head(const ApiError& error);
// Control and non-ASCII characters become '?'.
[[nodiscard]] std::string one_ascii_line(std::string_view text);

}  // namespace registry
