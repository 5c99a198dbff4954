#include "proxy/decision.h"

#include <openssl/rand.h>

#include <array>
#include <cstdlib>

#include "base/bytes.h"
#include "registry/api_error.h"

namespace proxy {

std::string_view to_string(Verdict verdict) {
    switch (verdict) {
        case Verdict::allowed: return "allowed";
        case Verdict::denied: return "denied";
        case Verdict::undecided: return "undecided";
    }
    return "denied";
}

std::string_view to_string(Basis basis) {
    switch (basis) {
        case Basis::signatures: return "signatures";
        case Basis::index: return "index";
        case Basis::inert: return "inert";
        case Basis::rule: return "rule";
        case Basis::not_satisfied: return "not satisfied";
        case Basis::not_looked: return "not looked";
    }
    return "not satisfied";
}

std::string_view to_string(SourceState state) {
    switch (state) {
        case SourceState::found: return "found";
        case SourceState::absent: return "absent";
        case SourceState::failed: return "failed";
    }
    return "failed";
}

std::string refusal_text(const Decision& decision, std::string_view image, std::string_view id) {
    const bool undecided = decision.verdict == Verdict::undecided;
    std::string text = "countersign: ";
    text += image;
    text += undecided ? " cannot be judged under policy " : " refused by policy ";
    text += decision.policy;
    text += ": ";
    text += decision.reason;
    text += "; decision ";
    text += id;
    return registry::one_ascii_line(text);
}

std::string new_decision_id() {
    std::array<std::uint8_t, 8> random{};
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) std::abort();
    return base::hex_encode(random);
}

}  // namespace proxy
