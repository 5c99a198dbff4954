#include "proxy/accept.h"

#include <algorithm>
#include <string>
#include <vector>

#include "registry/manifest.h"

namespace proxy {
namespace {

// A manifest type that was dropped from the specification before its release. Only oras and helm still ask for it, and by HEAD they ask
// whether what they are about to push is there; what they pull they GET (oci-proxying 2.5, 4.2).
constexpr std::string_view kOrasOnly = "application/vnd.oci.artifact.manifest.v1+json";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const auto end = text.find(separator);
        if (const auto part = trimmed(text.substr(0, end)); !part.empty()) parts.push_back(part);
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

// "0", "0.", "0.000": not acceptable (RFC 9110 section 12.4.2).
bool is_zero_quality(std::string_view parameter) {
    if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) return false;
    return parameter.substr(2).find_first_not_of("0.") == std::string_view::npos;
}

// The media ranges of all Accept fields, without those that are refused by q=0.
std::vector<std::string> ranges(const http::Headers& headers) {
    std::vector<std::string> result;
    for (const auto value : headers.all("accept")) {
        for (const auto element : split(value, ',')) {
            const auto parts = split(element, ';');
            const bool refused = std::any_of(parts.begin() + 1, parts.end(), is_zero_quality);
            if (!refused) result.emplace_back(parts.front());
        }
    }
    return result;
}

bool covers(std::string_view range, std::string_view media_type) {
    if (range == "*/*") return true;
    if (range.ends_with("/*")) return http::names_equal(range.substr(0, range.size() - 1), media_type.substr(0, range.size() - 1));
    return http::names_equal(range, media_type);
}

}  // namespace

bool accepts_by(std::string_view field, std::string_view media_type) {
    while (!field.empty()) {
        const auto comma = std::min(field.find(','), field.size());
        auto element = field.substr(0, comma);
        field.remove_prefix(std::min(comma + 1, field.size()));
        const auto range_end = std::min(element.find(';'), element.size());
        const auto range = trimmed(element.substr(0, range_end));
        bool refused = false;
        for (element.remove_prefix(range_end); !element.empty();) {
            element.remove_prefix(1);  // the semicolon
            const auto end = std::min(element.find(';'), element.size());
            refused = refused || is_zero_quality(trimmed(element.substr(0, end)));
            element.remove_prefix(end);
        }
        if (!refused && covers(range, media_type)) return true;
    }
    return false;
}

bool accepts(const http::Headers& headers, std::string_view media_type) {
    if (!headers.get("accept")) return true;
    return std::ranges::any_of(headers.all("accept"), [&](std::string_view field) { return accepts_by(field, media_type); });
}

bool looks_like_a_pusher(const http::Headers& headers) {
    const auto wanted = ranges(headers);
    const auto is_manifest_type = [](const std::string& range) {
        return range == registry::kOciManifest || range == registry::kOciIndex || range == registry::kDockerManifest ||
               range == registry::kDockerManifestList;
    };
    if (std::ranges::count(wanted, kOrasOnly) == 1) return true;
    return wanted.size() == 2 && std::ranges::count_if(wanted, is_manifest_type) == 1 && std::ranges::count(wanted, "*/*") == 1;
}

}  // namespace proxy
