#include "base/result.h"

namespace base {

std::string_view to_string(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid_input: return "invalid input";
        case ErrorCode::not_found: return "not found";
        case ErrorCode::unauthorized: return "unauthorized";
        case ErrorCode::denied: return "denied";
        case ErrorCode::unverified: return "unverified";
        case ErrorCode::too_large: return "too large";
        case ErrorCode::timed_out: return "timed out";
        case ErrorCode::unavailable: return "unavailable";
        case ErrorCode::internal: return "internal error";
    }
    return "internal error";
}

Error Error::with_retry_after(std::optional<std::chrono::seconds> wait) && {
    retry_after_ = wait;
    return std::move(*this);
}

Error Error::with_context(std::string_view operation) && {
    message_.insert(0, ": ");
    message_.insert(0, operation);
    return std::move(*this);
}

}  // namespace base
