// JSON as the signed world needs it read: one text has one meaning for every reader, or it is refused.
//
// Go's encoding/json matches member names case-insensitively with Unicode folding and lets the last duplicate win; a parser that
// compares bytes sees another document (oci-proxying 2.7). So two names of one object that fold to the same text are an error here,
// and json::Reader refuses a name that folds to a known one without being it. RFC 8259: no BOM, no trailing bytes, valid UTF-8.
// Refused before memory is spent: depth, bytes and numbers of values and names are bounded.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace base::json {

class Value;
using Array = std::vector<Value>;
using Object = std::vector<std::pair<std::string, Value>>;  // in document order; names are distinct even after folding

// A parsed document; immutable. Integers that fit are kept exactly, every other number is a Real and never turned into an integer.
class Value {
public:
    struct Null {};
    struct Real {
        double value;
    };
    using Content = std::variant<Null, bool, std::int64_t, std::uint64_t, Real, std::string, Array, Object>;

    explicit Value(Content content) : content_(std::move(content)) {}
    [[nodiscard]] const Content& content() const { return content_; }
    template <typename T>
    [[nodiscard]] const T* as() const {
        return std::get_if<T>(&content_);
    }
    [[nodiscard]] bool is_null() const { return std::holds_alternative<Null>(content_); }

private:
    friend class TreeBuilder;
    Content content_;
};

// `keep` is for asking what a lax reader would see in hostile bytes, never for reading values.
enum class Duplicates { refuse, keep };

struct Limits {
    Duplicates duplicates = Duplicates::refuse;
    std::size_t bytes = 4 * 1024 * 1024;
    std::size_t depth = 64;
    std::size_t values = 250'000;
    std::size_t names = 100'000;  // of all objects that are open at one time
};

[[nodiscard]] Result<Value> parse(std::string_view text, const Limits& limits = {});

// True if both names are one to a Go decoder: equal after folding ASCII case, U+017F to s and U+212A to k. These two are the only
// characters outside ASCII that fold into it (Unicode CaseFolding.txt), and every name that we know is ASCII.
[[nodiscard]] bool folds_equal(std::string_view a, std::string_view b);
[[nodiscard]] std::string fold(std::string_view name);

}  // namespace base::json
