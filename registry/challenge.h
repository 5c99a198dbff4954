// WWW-Authenticate: the challenges of a 401 (RFC 9110 section 11.6.1), as registries use them (oci-proxying 2.17, 2.18).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace registry {

struct Challenge {
    std::string scheme;                                            // as received
    std::vector<std::pair<std::string, std::string>> parameters;  // names as received, values unquoted

    [[nodiscard]] bool is(std::string_view name) const { return http::names_equal(scheme, name); }
    // Empty where absent.
    [[nodiscard]] std::string_view parameter(std::string_view name) const;
};

// All challenges of all field lines together, in order. Bounded: 16 KiB, 8 challenges, 16 parameters each. A repeated parameter is an
// error: which one counts differs between readers.
[[nodiscard]] base::Result<std::vector<Challenge>> parse_challenges(std::string_view value);

}  // namespace registry
