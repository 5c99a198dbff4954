#include "sigstore/checkpoint.h"

#include <algorithm>
#include <charconv>

namespace sigstore {

namespace {

constexpr std::size_t kMaxNote = 64 * 1024;
constexpr std::size_t kMaxSignatures = 32;
constexpr std::string_view kSignaturePrefix = "\xE2\x80\x94 ";  // U+2014 EM DASH and a blank

// The text up to the next newline, which is consumed; nothing if there is none.
std::optional<std::string_view> take_line(std::string_view& text) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const auto line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

std::optional<std::int64_t> parse_size(std::string_view text) {
    std::int64_t size = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, size);
    const bool has_leading_zero = text.size() > 1 && text.front() == '0';
    if (problem != std::errc() || stop != end || text.front() == '-' || has_leading_zero) return std::nullopt;
    return size;
}

bool has_control_characters(std::string_view note) {
    return std::ranges::any_of(note, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; });
}

bool is_name(std::string_view name) { return !name.empty() && name.find_first_of(" \t+") == std::string_view::npos; }

std::optional<NoteSignature> parse_signature(std::string_view line) {
    if (!line.starts_with(kSignaturePrefix)) return std::nullopt;
    line.remove_prefix(kSignaturePrefix.size());
    const auto blank = line.find(' ');
    if (blank == std::string_view::npos || !is_name(line.substr(0, blank))) return std::nullopt;
    const auto blob = base::base64_decode(line.substr(blank + 1));
    NoteSignature signature{std::string(line.substr(0, blank)), {}, {}};
    if (!blob || blob->size() <= signature.hint.size()) return std::nullopt;
    std::copy_n(blob->begin(), signature.hint.size(), signature.hint.begin());
    signature.signature.assign(blob->begin() + static_cast<std::ptrdiff_t>(signature.hint.size()), blob->end());
    return signature;
}

bool has_hint(const NoteSignature& line, const base::Sha256& id) { return std::equal(line.hint.begin(), line.hint.end(), id.begin()); }

}  // namespace

std::unexpected<Failure> Checkpoint::refuse(std::string expected, std::string found) const {
    return std::unexpected(Failure(FailureCode::checkpoint, where_, std::move(expected), std::move(found)));
}

Checked<Checkpoint> Checkpoint::parse(std::string_view note, std::string where) {
    Checkpoint checkpoint;
    checkpoint.where_ = std::move(where);
    if (note.size() > kMaxNote || has_control_characters(note)) {
        return checkpoint.refuse("a note of at most 64 KiB without control characters");
    }
    // The last blank line parts text and signatures: an extension line could be blank otherwise.
    const auto blank = note.rfind("\n\n");
    if (blank == std::string_view::npos || !note.ends_with('\n')) return checkpoint.refuse("a note with text and signatures");
    checkpoint.text_ = note.substr(0, blank + 1);
    TRY_VOID(checkpoint.parse_text());
    TRY_VOID(checkpoint.parse_signatures(note.substr(blank + 2)));
    return checkpoint;
}

Checked<void> Checkpoint::parse_text() {
    std::string_view rest = text_;
    const auto origin = take_line(rest);
    const auto size_line = take_line(rest);
    const auto root_line = take_line(rest);
    if (!origin || origin->empty() || !size_line || !root_line) return refuse("origin, size and root hash, a line each");
    const auto size = size_line->empty() ? std::nullopt : parse_size(*size_line);
    if (!size) return refuse("a decimal tree size", std::string(*size_line));
    const auto root = base::base64_decode(*root_line);
    if (!root || root->size() != root_.size()) return refuse("a root hash of 32 bytes in base64", std::string(*root_line));
    for (auto line = take_line(rest); line; line = take_line(rest)) {
        if (line->empty()) return refuse("extension lines that are not empty");
    }
    origin_ = *origin;
    size_ = *size;
    std::ranges::copy(*root, root_.begin());
    return {};
}

Checked<void> Checkpoint::parse_signatures(std::string_view lines) {
    for (auto line = take_line(lines); line; line = take_line(lines)) {
        auto signature = parse_signature(*line);
        if (!signature) return refuse("signature lines", std::string(*line));
        if (signatures_.size() == kMaxSignatures) return refuse("at most 32 signature lines");
        signatures_.push_back(*std::move(signature));
    }
    if (signatures_.empty()) return refuse("at least one signature line", "none");
    return {};
}

Checked<void> Checkpoint::verify_v1(const TransparencyLog& log) const {
    const auto name = std::string_view(origin_).substr(0, origin_.find(" - "));
    bool is_signed = false;
    for (const auto& line : signatures_) {
        if (!has_hint(line, log.key.spki_sha256())) continue;
        if (line.name != name) return refuse("a signature in the name of the origin, " + std::string(name), line.name);
        // SHA-256 whatever the curve, as for everything that Rekor v1 signs.
        if (!log.key.verify(base::HashAlgorithm::sha256, base::as_bytes(text_), line.signature)) {
            return refuse("a valid signature of " + log.base_url);
        }
        is_signed = true;
    }
    if (!is_signed) return refuse("a signature with the key hint of " + log.base_url, "none");
    return {};
}

Checked<void> Checkpoint::verify_v2(const TransparencyLog& log) const {
    // Where the key id covers the name (Ed25519, RSA) the id itself tells the name; else the host of the base URL does.
    const auto is_own_name = [&](const std::string& name) {
        return name == log.host || (!log.key.is_ecdsa() && log.note_id(name) == log.id);
    };
    if (!is_own_name(origin_)) return refuse("the origin " + log.host, origin_);
    const auto id = log.note_id(origin_);
    const auto hash = log.key.default_hash().value_or(base::HashAlgorithm::sha256);  // Ed25519 takes none
    bool is_signed = false;
    for (const auto& line : signatures_) {
        if (line.name != origin_ || !has_hint(line, id)) continue;
        if (!log.key.verify(hash, base::as_bytes(text_), line.signature)) return refuse("a valid signature of " + log.base_url);
        is_signed = true;
    }
    if (!is_signed) return refuse("a signature with name and key hint of " + log.base_url, "none");
    return {};
}

}  // namespace sigstore
