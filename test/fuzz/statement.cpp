// In-toto statements (sigstore-verification 7.3): a statement is about an artifact only if the artifact's digest stands in it.
#include "sigstore/statement.h"

#include "test/fuzz/property.h"
#include "test/fuzz/signed_images.h"

namespace {

using fuzz::require;
using sigstore::Statement;

std::string lower(std::string_view text) {
    std::string out(text);
    for (auto& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::as_text(data, size);
    const auto statement = Statement::parse(base::as_bytes(text));
    if (!statement) {
        require(!statement.error().text().empty() && statement.error().text().size() < 4096, "a failure is told in bounds");
        return 0;
    }
    require(!statement->predicate_type().empty(), "a statement says what it is");
    for (const auto& image : fuzz::signed_images()) {
        // Escaped letters are the same letters, and those of a digest may be large.
        const bool stands_there = lower(text).contains(image.digest.hex()) || text.contains('\\');
        require(!statement->is_about(image.digest) || stands_there, "a statement is about what stands in it");
    }
    const auto first = base::Digest::parse(statement->first_subject());
    require(!first || statement->is_about(*first), "a statement is about its first subject");
    const auto other = Statement::parse(base::to_bytes(" \n" + std::string(text) + "\t"));
    require(other && other->predicate_type() == statement->predicate_type(), "blanks around a statement change nothing");
    return 0;
}
