// A log's checkpoint: a signed note about a tree head (C2SP signed-note.md and tlog-checkpoint.md).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "sigstore/failure.h"
#include "sigstore/transparency_log.h"

namespace sigstore {

struct NoteSignature {
    std::string name;
    std::array<std::uint8_t, 4> hint;
    base::Bytes signature;
};

class Checkpoint {
public:
    // Strict grammar; at most 64 KiB and 32 signature lines. All failures are `checkpoint`; `where` is the place in the
    // bundle.
    [[nodiscard]] static Checked<Checkpoint> parse(std::string_view note, std::string where);

    [[nodiscard]] const std::string& text() const { return text_; }  // what is signed: with its last newline, without the blank line
    [[nodiscard]] const std::string& origin() const { return origin_; }
    [[nodiscard]] std::int64_t size() const { return size_; }
    [[nodiscard]] const base::Sha256& root() const { return root_; }
    [[nodiscard]] const std::vector<NoteSignature>& signatures() const { return signatures_; }

    // Rekor v1: the origin is "name - tree id" and so differs from the name that signs. Lines with the hint of the
    // log's key count; there must be one and all must verify, by a name that is the origin's. Lines of others, such as
    // witnesses, are ignored.
    [[nodiscard]] Checked<void> verify_v1(const TransparencyLog& log) const;
    // Rekor v2: origin and signing name are the log's own; name and hint select the line.
    [[nodiscard]] Checked<void> verify_v2(const TransparencyLog& log) const;

private:
    Checkpoint() = default;
    [[nodiscard]] Checked<void> parse_text();
    [[nodiscard]] Checked<void> parse_signatures(std::string_view lines);
    [[nodiscard]] std::unexpected<Failure> refuse(std::string expected, std::string found = {}) const;

    std::string where_;
    std::string text_;
    std::string origin_;
    std::int64_t size_ = 0;
    base::Sha256 root_{};
    std::vector<NoteSignature> signatures_;
};

}  // namespace sigstore
