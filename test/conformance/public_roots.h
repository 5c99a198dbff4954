// The trusted roots of Sigstore's public instances (test/data/trust, with their source), as JSON.
#pragma once

#include <string_view>

namespace conformance {

[[nodiscard]] std::string_view public_good_root();
[[nodiscard]] std::string_view staging_root();

}  // namespace conformance
