// Query strings: split and decoded exactly once, bounded, and written back with one spelling (oci-proxying 2.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace registry {

struct QueryParameter {
    std::string name;       // decoded
    std::string value;      // decoded: any bytes
    std::string_view text;  // as received: "name=value"
};

class Query {
public:
    // `text` is what stands after "?" and must outlive the result. Only characters of RFC 3986 section 3.4, without a further "?";
    // "+" is a blank, as in Go and in forms. At most 16 parameters.
    [[nodiscard]] static base::Result<Query> parse(std::string_view text);

    // The value of a parameter that may stand once; nullopt where absent, an error where it is repeated or not printable ASCII.
    [[nodiscard]] base::Result<std::optional<std::string>> once(std::string_view name) const;
    // The same for one that may be repeated as long as it says the same each time.
    [[nodiscard]] base::Result<std::optional<std::string>> agreed(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
    // The received bytes, every one of them, unless there are parameters of that name: those are left out.
    [[nodiscard]] std::string without(std::string_view name) const;
    [[nodiscard]] const std::vector<QueryParameter>& parameters() const { return parameters_; }

private:
    std::string_view text_;
    std::vector<QueryParameter> parameters_;
};

// Everything but the unreserved characters of RFC 3986 section 2.3 becomes %XX.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace registry
