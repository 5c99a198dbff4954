#include "proxy/decision.h"

#include <openssl/rand.h>

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "registry/api_error.h"

namespace proxy {

std::optional<std::chrono::seconds> retry_after(const Decision& decision) {
    std::optional<std::chrono::seconds> longest;
    for (const auto& source : decision.sources) longest = std::max(longest, source.retry_after);
    return longest;
}

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

namespace {

// A counter from a random start, scrambled (the finalizer of SplitMix64, Steele et al. 2014), so that ids of different gates and threads
// differ. Ids name log lines; nothing is protected by them.
std::uint64_t next_id() {
    thread_local std::uint64_t state = [] {
        std::array<std::uint8_t, 8> random{};
        if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) std::abort();
        return std::bit_cast<std::uint64_t>(random);
    }();
    std::uint64_t value = state += 0x9e3779b97f4a7c15U;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31);
}

}  // namespace

DecisionId DecisionId::next() {
    DecisionId id;
    constexpr std::string_view kHex = "0123456789abcdef";
    auto value = next_id();
    for (auto& digit : id.text_) {
        digit = kHex[value & 0xf];
        value >>= 4;
    }
    return id;
}

std::string new_decision_id() { return std::string(DecisionId::next().text()); }

}  // namespace proxy
