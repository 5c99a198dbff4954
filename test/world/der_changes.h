// The mutator for DER: every change of one element at a time, with all lengths around it right again, so that nothing but a rule of whoever
// reads it, or a signature, can tell.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"

namespace world {

struct DerChange {
    std::string place;  // tags from the outermost element to this one, each with its number among its neighbours: "30.1/a0.0/02.0"
    std::string what;  // "left out", "twice", "another tag", "as [0]", "empty", "a longer length", "first bit", "last bit", "a byte more"
    base::Bytes bytes;
};

// `der` is one element. Octet strings that hold one element are gone into as well.
[[nodiscard]] std::vector<DerChange> der_changes(base::BytesView der);

}  // namespace world
