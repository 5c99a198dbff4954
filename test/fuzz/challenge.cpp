// WWW-Authenticate (RFC 9110 section 11.6.1): the input is the value of all field lines together.
#include "registry/challenge.h"

#include <string>

#include "http/grammar.h"
#include "test/fuzz/property.h"

namespace {

using fuzz::require;

std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result.push_back('\\');
        result.push_back(c);
    }
    return result + "\"";
}

std::string written(const std::vector<registry::Challenge>& challenges) {
    std::string text;
    for (const auto& challenge : challenges) {
        text += (text.empty() ? "" : ", ") + challenge.scheme;
        std::string_view separator = " ";
        for (const auto& [name, value] : challenge.parameters) {
            text += std::string(separator) + name + "=" + quoted(value);
            separator = ", ";
        }
    }
    return text;
}

void check(const registry::Challenge& challenge) {
    require(http::is_token(challenge.scheme), "a scheme is a token");
    require(challenge.parameters.size() <= 16, "at most 16 parameters");
    for (const auto& [name, value] : challenge.parameters) {
        require(http::is_token(name), "a parameter's name is a token");
        // Found by its name, so no second one of that name stands before it.
        require(challenge.parameter(name).data() == value.data(), "every reader finds the same parameter");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto challenges = registry::parse_challenges(fuzz::as_text(data, size));
    if (!challenges) return 0;
    require(challenges->size() <= 8, "at most 8 challenges");
    for (const auto& challenge : *challenges) check(challenge);
    const auto text = written(*challenges);
    if (text.size() > 16 * 1024) return 0;
    const auto again = registry::parse_challenges(text);
    require(again && again->size() == challenges->size(), "challenges that are written are as many");
    for (std::size_t i = 0; i < again->size(); ++i) {
        require((*again)[i].scheme == (*challenges)[i].scheme, "a scheme survives writing");
        require((*again)[i].parameters == (*challenges)[i].parameters, "parameters survive writing");
    }
    return 0;
}
