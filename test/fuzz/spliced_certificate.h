// A certificate of test/data/images with other extensions: what stands in an extension is reached without first finding the frame
// around it. Its signature no longer fits.
#pragma once

#include "base/bytes.h"

namespace fuzz {

// `extensions` is the content of SEQUENCE OF Extension.
[[nodiscard]] base::Bytes certificate_with(base::BytesView extensions);
// One Extension. `oid` is the content of its OBJECT IDENTIFIER, `value` that of its OCTET STRING.
[[nodiscard]] base::Bytes extension(base::BytesView oid, base::BytesView value);

}  // namespace fuzz
