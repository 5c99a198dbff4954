#include "proxy/answer_headers.h"

#include <span>
#include <string_view>

namespace proxy {
namespace {

constexpr std::string_view kBlobFields[] = {
    "Content-Type", "Content-Range", "Accept-Ranges", "ETag", "Last-Modified", "Cache-Control",
};
constexpr std::string_view kProtocolFields[] = {
    "Content-Type", "Docker-Content-Digest", "Docker-Upload-UUID", "Blob-Upload-UUID", "Range", "OCI-Chunk-Min-Length", "OCI-Subject",
    "OCI-Tag",      "OCI-Filters-Applied",   "Retry-After",
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

http::Headers blob_headers(const http::Headers& upstream, const base::Digest& digest) {
    auto headers = chosen(upstream, kBlobFields);
    // multipart/byteranges keeps its boundary; everything else is bytes.
    const auto type = headers.get("content-type").value_or("");
    if (!type.starts_with("multipart/byteranges")) headers.set("Content-Type", "application/octet-stream");
    headers.set("Docker-Content-Digest", digest.to_string());
    headers.set("Docker-Distribution-Api-Version", "registry/2.0");
    return headers;
}

http::Headers protocol_headers(const http::Headers& upstream) {
    auto headers = chosen(upstream, kProtocolFields);
    headers.set("Docker-Distribution-Api-Version", "registry/2.0");
    return headers;
}

http::Headers range_headers(const http::Headers& request) { return chosen(request, kRangeFields); }

}  // namespace proxy
