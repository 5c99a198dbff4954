#include "proxy/config_values.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <system_error>

#include "base/json_writer.h"

namespace proxy {
namespace {

using base::ErrorCode;
using base::fail;

struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
};
constexpr std::array kUnits = {Unit{"ms", 1}, Unit{"s", 1000}, Unit{"m", 60'000}, Unit{"h", 3'600'000}, Unit{"d", 86'400'000}};
struct SizeUnit {
    std::string_view name;
    int shift;
};
constexpr std::array kSizeUnits = {SizeUnit{"", 0}, SizeUnit{"KiB", 10}, SizeUnit{"MiB", 20}, SizeUnit{"GiB", 30}};
constexpr std::int64_t kLargestSize = std::int64_t{1} << 40;
constexpr std::int64_t kTenYears = 3653LL * 86'400'000;

// Decimal digits only: no sign, no leading zero, no white space.
base::Result<std::int64_t> parse_number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool canonical = text == "0" || (!text.empty() && text.front() >= '1' && text.front() <= '9');
    if (!canonical || error != std::errc{} || end != text.data() + text.size()) {
        return fail(ErrorCode::invalid_input, "not a number: " + base::json::quote(text));
    }
    return value;
}

bool is_port(std::string_view text) {
    const auto number = parse_number(text);
    return number && *number <= 65'535;
}

bool is_ipv6(std::string_view text) {
    in6_addr address{};
    return inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

bool is_ipv4(std::string_view text) {
    in_addr address{};
    return inet_pton(AF_INET, std::string(text).c_str(), &address) == 1;
}

struct HostPort {
    std::string_view host;  // IPv6 without brackets
    std::string_view port;  // empty where absent
    bool bracketed = false;
    bool has_port = false;
};

// Splits; false if the brackets are wrong.
bool split(std::string_view text, HostPort& parts) {
    std::size_t colon = text.find(':');
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) return false;
        parts.host = text.substr(1, close - 1);
        parts.bracketed = true;
        if (close + 1 == text.size()) return true;
        if (text[close + 1] != ':') return false;
        colon = close + 1;
    } else {
        parts.host = text.substr(0, colon);
    }
    if (colon == std::string_view::npos) return true;
    parts.has_port = true;
    parts.port = text.substr(colon + 1);
    return true;
}

bool is_dns_label(std::string_view label) {
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    return !label.empty() && label.size() <= 63 && std::ranges::all_of(label, allowed) && label.front() != '-' && label.back() != '-';
}

bool is_dns_name(std::string_view name) {
    if (name.size() > 253) return false;
    while (true) {
        const auto dot = name.find('.');
        if (!is_dns_label(name.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        name.remove_prefix(dot + 1);
    }
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return result;
}

}  // namespace

base::Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
    const auto unit_start = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto unit = std::ranges::find(kUnits, text.substr(unit_start), &Unit::name);
    const auto number = parse_number(text.substr(0, unit_start));
    if (unit == kUnits.end() || !number) {
        return fail(ErrorCode::invalid_input, "not a duration: " + base::json::quote(text) +
                                                  ", expected a whole number with its unit, such as \"30s\", \"5m\", \"24h\", \"90d\"");
    }
    if (*number > kTenYears / unit->milliseconds) {
        return fail(ErrorCode::invalid_input, "too long: " + base::json::quote(text) + ", expected at most ten years");
    }
    return std::chrono::milliseconds(*number * unit->milliseconds);
}

base::Result<std::uint64_t> parse_size(std::string_view text) {
    const auto unit_start = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto unit = std::ranges::find(kSizeUnits, text.substr(unit_start), &SizeUnit::name);
    const auto number = parse_number(text.substr(0, unit_start));
    if (unit == kSizeUnits.end() || !number) {
        return fail(ErrorCode::invalid_input, "not a size: " + base::json::quote(text) +
                                                  ", expected a whole number with its unit, such as \"64KiB\", \"256MiB\", \"2GiB\"");
    }
    if (*number > kLargestSize >> unit->shift) {
        return fail(ErrorCode::invalid_input, "too large: " + base::json::quote(text) + ", expected at most 1024GiB");
    }
    return static_cast<std::uint64_t>(*number) << unit->shift;
}

base::Result<std::string> parse_listen_address(std::string_view text) {
    HostPort parts;
    const bool shape = split(text, parts) && parts.has_port && is_port(parts.port);
    if (!shape || !(parts.bracketed ? is_ipv6(parts.host) : is_ipv4(parts.host))) {
        return fail(ErrorCode::invalid_input, "not an address to listen on: " + base::json::quote(text) +
                                                  ", expected an address literal and a port, such as \"0.0.0.0:5000\" or \"[::1]:5000\"");
    }
    return std::string(text);
}

base::Result<std::string> parse_authority(std::string_view text) {
    const std::string name = lower(text);
    HostPort parts;
    const bool shape = split(name, parts) && (!parts.has_port || (is_port(parts.port) && parts.port != "0"));
    if (!shape || !(parts.bracketed ? is_ipv6(parts.host) : is_dns_name(parts.host))) {
        return fail(ErrorCode::invalid_input, "not a host: " + base::json::quote(text) +
                                                  ", expected host or host:port, such as \"gate.example\" or \"127.0.0.1:5000\"");
    }
    return name;
}

base::Result<std::string> parse_label(std::string_view text) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    };
    if (text.empty() || text.size() > 64 || !std::ranges::all_of(text, allowed)) {
        return fail(ErrorCode::invalid_input, "not a name: " + base::json::quote(text) + ", expected 1 to 64 of A-Z a-z 0-9 . _ -");
    }
    return std::string(text);
}

base::Result<void> check_readable(const std::filesystem::path& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        return fail(ErrorCode::invalid_input, path.string() + ": is a folder, expected a file");
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        return fail(ErrorCode::not_found, path.string() + ": cannot be read (" + std::generic_category().message(errno) + ")");
    }
    ::close(file);
    return {};
}

}  // namespace proxy
