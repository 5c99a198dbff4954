#include "sigstore/json_fields.h"

#include <algorithm>

namespace sigstore {

namespace {

Checked<std::optional<base::Time>> time_field(const base::json::Reader& object, std::string_view name) {
    TRY(const auto field, object.find(name));
    if (!field) return std::nullopt;
    TRY(const auto text, field->string());
    const auto time = base::parse_rfc3339(text);
    if (!time) return std::unexpected(Failure(FailureCode::malformed, field->path(), "an RFC 3339 time", std::string(text)));
    return *time;
}

}  // namespace

Checked<std::vector<base::json::Reader>> list_field(const base::json::Reader& object, std::string_view name, std::size_t limit) {
    TRY(const auto found, object.find(name));
    if (!found) return std::vector<base::json::Reader>();
    const auto* array = found->value().as<base::json::Array>();
    if (array != nullptr && array->size() > limit) {
        return std::unexpected(
            Failure(FailureCode::limits, found->path(), "at most " + std::to_string(limit) + " elements", std::to_string(array->size())));
    }
    TRY(auto items, found->items(limit));
    return items;
}

Checked<base::Bytes> bytes_field(const base::json::Reader& object, std::string_view name) {
    TRY(const auto field, object.at(name));
    TRY(auto bytes, field.base64());
    if (bytes.empty()) return std::unexpected(Failure(FailureCode::malformed, field.path(), "at least one byte", "none"));
    return bytes;
}

Checked<std::string> text_field(const base::json::Reader& object, std::string_view name) {
    TRY(const auto field, object.at(name));
    TRY(const auto text, field.string());
    if (text.empty()) return std::unexpected(Failure(FailureCode::malformed, field.path(), "a text", "an empty one"));
    return std::string(text);
}

Checked<std::string> optional_text_field(const base::json::Reader& object, std::string_view name) {
    TRY(const auto field, object.find(name));
    if (!field) return std::string();
    TRY(const auto text, field->string());
    return std::string(text);
}

Checked<base::Sha256> sha256_value(const base::json::Reader& value) {
    TRY(const auto bytes, value.base64());
    base::Sha256 result{};
    if (bytes.size() != result.size()) {
        return std::unexpected(Failure(FailureCode::malformed, value.path(), "32 bytes", std::to_string(bytes.size())));
    }
    std::ranges::copy(bytes, result.begin());
    return result;
}

Checked<base::HashAlgorithm> hash_field(const base::json::Reader& object, std::string_view name) {
    TRY(const auto text, text_field(object, name));
    if (text == "SHA2_256") return base::HashAlgorithm::sha256;
    if (text == "SHA2_384") return base::HashAlgorithm::sha384;
    if (text == "SHA2_512") return base::HashAlgorithm::sha512;
    return std::unexpected(
        Failure(FailureCode::unsupported, object.path() + "." + std::string(name), "SHA2_256, SHA2_384 or SHA2_512", text));
}

Checked<base::TimeRange> time_range_field(const base::json::Reader& object, std::string_view name) {
    base::TimeRange range;
    TRY(const auto field, object.find(name));
    if (!field) return range;
    TRY(range.start, time_field(*field, "start"));
    TRY(range.end, time_field(*field, "end"));
    if (range.start && range.end && *range.end < *range.start) {
        return std::unexpected(Failure(FailureCode::malformed, field->path(), "an end that is not before the start"));
    }
    return range;
}

}  // namespace sigstore
