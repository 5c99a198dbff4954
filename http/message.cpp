#include "http/message.h"

#include <algorithm>
#include <array>

namespace http {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

struct Phrase {
    unsigned status;
    std::string_view reason;
};
// RFC 9110 section 15 and RFC 6585.
constexpr std::array kPhrases = {
    Phrase{100, "Continue"},
    Phrase{200, "OK"},
    Phrase{201, "Created"},
    Phrase{202, "Accepted"},
    Phrase{204, "No Content"},
    Phrase{206, "Partial Content"},
    Phrase{301, "Moved Permanently"},
    Phrase{302, "Found"},
    Phrase{303, "See Other"},
    Phrase{304, "Not Modified"},
    Phrase{307, "Temporary Redirect"},
    Phrase{308, "Permanent Redirect"},
    Phrase{400, "Bad Request"},
    Phrase{401, "Unauthorized"},
    Phrase{403, "Forbidden"},
    Phrase{404, "Not Found"},
    Phrase{405, "Method Not Allowed"},
    Phrase{406, "Not Acceptable"},
    Phrase{407, "Proxy Authentication Required"},
    Phrase{408, "Request Timeout"},
    Phrase{409, "Conflict"},
    Phrase{410, "Gone"},
    Phrase{411, "Length Required"},
    Phrase{412, "Precondition Failed"},
    Phrase{413, "Content Too Large"},
    Phrase{415, "Unsupported Media Type"},
    Phrase{416, "Range Not Satisfiable"},
    Phrase{421, "Misdirected Request"},
    Phrase{429, "Too Many Requests"},
    Phrase{431, "Request Header Fields Too Large"},
    Phrase{451, "Unavailable For Legal Reasons"},
    Phrase{500, "Internal Server Error"},
    Phrase{501, "Not Implemented"},
    Phrase{502, "Bad Gateway"},
    Phrase{503, "Service Unavailable"},
    Phrase{504, "Gateway Timeout"},
};

}  // namespace

bool names_equal(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

void Headers::add(std::string_view name, std::string_view value) { fields_.emplace_back(name, value); }

void Headers::set(std::string_view name, std::string_view value) {
    // Copied first: both may be views into the field that is about to go.
    Field field(name, value);
    remove(field.first);
    fields_.push_back(std::move(field));
}

void Headers::remove(std::string_view name) {
    const std::string kept(name);
    std::erase_if(fields_, [&](const Field& field) { return names_equal(field.first, kept); });
}

std::optional<std::string_view> Headers::get(std::string_view name) const {
    for (const auto& [key, value] : fields_) {
        if (names_equal(key, name)) return value;
    }
    return std::nullopt;
}

std::vector<std::string_view> Headers::all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const auto& [key, value] : fields_) {
        if (names_equal(key, name)) values.emplace_back(value);
    }
    return values;
}

std::string Headers::joined(std::string_view name) const {
    std::string text;
    for (const auto value : all(name)) {
        if (!text.empty()) text += ", ";
        text += value;
    }
    return text;
}

std::string_view standard_reason(unsigned status) {
    const auto* phrase = std::ranges::find(kPhrases, status, &Phrase::status);
    return phrase == kPhrases.end() ? std::string_view("Unknown") : phrase->reason;
}

}  // namespace http
