// The mutator for JSON: every change of one value at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace world {

struct JsonChange {
    std::string place;  // "verificationMaterial.tlogEntries[0].logIndex"
    std::string what;  // "left out", "null", "empty", "another type", "twice", "first letter", "last letter", "a letter more" …
    std::string text;
};

// Members keep their order.
[[nodiscard]] std::vector<JsonChange> json_changes(std::string_view document);

}  // namespace world
