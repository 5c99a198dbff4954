#include "base/openssl.h"

#include <openssl/err.h>

#include <array>
#include <string>

namespace base {

Error openssl_error(std::string_view call) {
    std::string reason;
    for (auto code = ERR_get_error(); code != 0; code = ERR_get_error()) {
        std::array<char, 256> text{};
        ERR_error_string_n(code, text.data(), text.size());
        reason = text.data();  // the last entry is the outermost, the most telling one
    }
    if (reason.empty()) reason = "no reason given";
    return {ErrorCode::internal, std::string(call) + ": " + reason};
}

void clear_openssl_errors() { ERR_clear_error(); }

}  // namespace base
