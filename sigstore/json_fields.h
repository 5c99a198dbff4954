// Fields that several of the documents of Sigstore share. Absent lists are empty, as in proto3 JSON.
#pragma once

#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/json_reader.h"
#include "base/time.h"
#include "sigstore/failure.h"

namespace sigstore {

// The elements of the array `name`. Counted before any element is looked at: more than `limit` is FailureCode::limits.
[[nodiscard]] Checked<std::vector<base::json::Reader>> list_field(const base::json::Reader& object, std::string_view name,
                                                                  std::size_t limit);
[[nodiscard]] Checked<base::Bytes> bytes_field(const base::json::Reader& object,
                                               std::string_view name);  // base64, not empty
[[nodiscard]] Checked<std::string> text_field(const base::json::Reader& object, std::string_view name);  // not empty
[[nodiscard]] Checked<std::string> optional_text_field(const base::json::Reader& object,
                                                       std::string_view name);      // absent: ""
[[nodiscard]] Checked<base::Sha256> sha256_value(const base::json::Reader& value);  // base64 of 32 bytes
// The SHA-2 members of the protobuf enumeration HashAlgorithm, "SHA2_256" and so on; others are
// FailureCode::unsupported.
[[nodiscard]] Checked<base::HashAlgorithm> hash_field(const base::json::Reader& object, std::string_view name);
// { "start": RFC 3339, "end": RFC 3339 }, each optional, as the whole field is. An end before the start is refused.
[[nodiscard]] Checked<base::TimeRange> time_range_field(const base::json::Reader& object, std::string_view name);

}  // namespace sigstore
