#include "sigstore/pem.h"

#include <algorithm>

namespace sigstore {

std::optional<PemBlock> pem_decode(std::string_view text) {
    constexpr std::size_t kMaxText = 128 * 1024;
    constexpr std::string_view kBegin = "-----BEGIN ";
    constexpr std::string_view kDashes = "-----";
    if (text.size() > kMaxText || !text.starts_with(kBegin)) return std::nullopt;
    text.remove_prefix(kBegin.size());
    const auto label_end = text.find(kDashes);
    if (label_end == std::string_view::npos) return std::nullopt;
    const std::string label(text.substr(0, label_end));
    text.remove_prefix(label_end + kDashes.size());
    const auto end_line = "-----END " + label + "-----";
    const auto end = text.find(end_line);
    if (end == std::string_view::npos) return std::nullopt;
    const auto behind = text.substr(end + end_line.size());
    if (behind.find_first_not_of("\r\n") != std::string_view::npos) return std::nullopt;
    std::string body(text.substr(0, end));
    std::erase_if(body, [](char c) { return c == '\r' || c == '\n'; });
    auto der = base::base64_decode(body);
    if (!der || der->empty()) return std::nullopt;
    return PemBlock{label, *std::move(der)};
}

}  // namespace sigstore
