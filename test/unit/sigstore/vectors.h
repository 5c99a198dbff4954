// Documents for the tests of sigstore/: bundles that the real stack made (test/data/images) and public ones that are
// not part of the repository (COUNTERSIGN_PUBLIC_DATA, as environment variable or CMake cache entry), and ways to
// change them in one place.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "sigstore/bundle.h"
#include "sigstore/trusted_root.h"

namespace vectors {

[[nodiscard]] std::string read_text(const std::filesystem::path& path);

struct Vector {
    std::string bundle;  // JSON
    base::Digest artifact;
    std::string subject;
    std::string issuer;
};
[[nodiscard]] Vector image(std::string_view name);  // test/data/images/bundles/NAME.sigstore.json
[[nodiscard]] std::string image_root_text(std::string_view file = "trusted_root.json");
[[nodiscard]] sigstore::TrustedRoot image_root();

// The folder with bundles/conformance, or nothing, having said once that tests are skipped.
[[nodiscard]] std::optional<std::filesystem::path> public_data();

[[nodiscard]] sigstore::Bundle bundle(std::string_view json);     // must parse
[[nodiscard]] sigstore::TrustedRoot root(std::string_view json);  // must parse

using Change = std::function<std::string(std::string)>;
// The JSON string value of the n-th member of that name, replaced. The member must be there.
[[nodiscard]] std::string edit(std::string json, std::string_view member, const Change& change, std::size_t occurrence = 0);
[[nodiscard]] std::string replace(std::string text, std::string_view from,
                                  std::string_view to);  // the first one, which must be there
[[nodiscard]] std::string replace_all(std::string text, std::string_view from, std::string_view to);
// The text with one more member, one time in each of its JSON objects.
[[nodiscard]] std::vector<std::string> with_unknown_member(const std::string& json);
[[nodiscard]] Change flip_decoded(std::ptrdiff_t index);  // one bit of a byte under base64; negative counts from the end
[[nodiscard]] Change flip_raw(std::size_t index);  // another character of the text itself, still of the base64 alphabet

}  // namespace vectors
