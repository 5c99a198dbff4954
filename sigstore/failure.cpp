#include "sigstore/failure.h"

#include <utility>

namespace sigstore {

namespace {

// What was found comes from the attacker: shown without control characters and not at any length.
std::string printable(std::string_view text) {
    constexpr std::size_t kLongest = 300;
    std::string out;
    for (const char c : text.substr(0, kLongest)) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
    if (text.size() > kLongest) out += "…";
    return out;
}

FailureCode code_of(const base::Error& error) {
    return error.code() == base::ErrorCode::too_large ? FailureCode::limits : FailureCode::malformed;
}

}  // namespace

std::string_view to_string(FailureCode code) {
    switch (code) {
        case FailureCode::malformed: return "malformed";
        case FailureCode::unsupported: return "unsupported";
        case FailureCode::limits: return "limits";
        case FailureCode::trust_root: return "trust_root";
        case FailureCode::log_unknown: return "log_unknown";
        case FailureCode::set: return "set";
        case FailureCode::checkpoint: return "checkpoint";
        case FailureCode::inclusion: return "inclusion";
        case FailureCode::body_mismatch: return "body_mismatch";
        case FailureCode::no_time: return "no_time";
        case FailureCode::timestamp: return "timestamp";
        case FailureCode::time_outside_cert: return "time_outside_cert";
        case FailureCode::chain: return "chain";
        case FailureCode::sct: return "sct";
        case FailureCode::key_policy: return "key_policy";
        case FailureCode::signature: return "signature";
        case FailureCode::subject: return "subject";
        case FailureCode::identity: return "identity";
        case FailureCode::threshold: return "threshold";
    }
    std::unreachable();
}

Failure::Failure(FailureCode failure_code, std::string place, std::string what_was_expected, std::string what_was_found)
    : code(failure_code), where(std::move(place)), expected(std::move(what_was_expected)), found(std::move(what_was_found)) {}

Failure::Failure(const base::Error& error) : code(code_of(error)) {
    // "verificationMaterial.tlogEntries: more than 32 elements" keeps its place; a message without one is the
    // expectation itself.
    const auto colon = error.message().find(": ");
    if (colon != std::string::npos) where = error.message().substr(0, colon);
    found = colon == std::string::npos ? error.message() : error.message().substr(colon + 2);
}

std::string Failure::text() const {
    std::string line(to_string(code));
    line += ": ";
    if (!where.empty()) line += printable(where) + ": ";
    if (!expected.empty()) line += "expected " + printable(expected);
    if (!expected.empty() && !found.empty()) line += ", ";
    if (!found.empty()) line += (expected.empty() ? "" : "found ") + printable(found);
    return line;
}

}  // namespace sigstore
