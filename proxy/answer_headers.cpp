#include "proxy/answer_headers.h"

#include <charconv>
#include <span>
#include <string_view>

namespace proxy {
namespace {

constexpr std::string_view kBlobFields[] = {
    "Content-Type", "Content-Range", "Accept-Ranges", "ETag", "Last-Modified", "Cache-Control", "Docker-Content-Digest",
};
constexpr std::string_view kProtocolFields[] = {
    "Content-Type",          "Docker-Content-Digest", "Docker-Upload-UUID",    "Blob-Upload-UUID", "Range", "OCI-Chunk-Min-Length",
    "OCI-Subject",           "OCI-Tag",               "OCI-Filters-Applied",   "Retry-After",
};
constexpr std::string_view kRangeFields[] = {"Range", "If-Range"};

http::Headers chosen(const http::Headers& from, std::span<const std::string_view> names) {
    http::Headers result;
    for (const auto name : names) {
        for (const auto value : from.all(name)) result.add(name, value);
    }
    return result;
}

}  // namespace

http::Headers blob_headers(const http::Headers& upstream) {
    auto headers = chosen(upstream, kBlobFields);
    headers.set("Docker-Distribution-Api-Version", "registry/2.0");
    return headers;
}

http::Headers protocol_headers(const http::Headers& upstream) {
    auto headers = chosen(upstream, kProtocolFields);
    headers.set("Docker-Distribution-Api-Version", "registry/2.0");
    return headers;
}

http::Headers range_headers(const http::Headers& request) {
    return chosen(request, kRangeFields);
}

std::optional<std::uint64_t> declared_length(const http::Headers& headers) {
    const auto text = headers.get("content-length");
    if (!text) return std::nullopt;
    std::uint64_t length = 0;
    const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), length);
    if (problem != std::errc() || end != text->data() + text->size()) return std::nullopt;
    return length;
}

}  // namespace proxy
