#include "http/head.h"

#include <algorithm>
#include <array>

#include "http/grammar.h"

namespace http {

using base::ErrorCode;
using base::fail;
using base::Result;

namespace {

// RFC 9110 section 7.6.1; HTTP2-Settings belongs to the Upgrade that is never granted here. Close is reserved (section 18.4): it would
// be removed by whoever is sent "Connection: close" along with it.
constexpr std::array<std::string_view, 11> kHopByHop = {
    "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding",
    "upgrade",    "http2-settings", "close"};

// Naming one of these in Connection would delete what the decision about the request is made from.
constexpr std::array<std::string_view, 6> kNeverHopByHop = {"host",         "content-length", "authorization",
                                                            "content-type", "range",          "transfer-encoding"};
// RFC 9110 section 5.3: a sender must not repeat these; which of two would count differs between readers.
constexpr std::array<std::string_view, 6> kAtMostOnce = {"host",  "authorization", "content-type",
                                                         "range", "content-range", "expect"};

struct Lines {
    std::string_view first;
    Headers fields;
    std::optional<std::string_view> raw_coding;  // of Transfer-Encoding, with its white space
};

std::optional<std::string_view> next_line(std::string_view& rest) {
    const auto end = rest.find("\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    return line;
}

Result<void> add_field(Lines& lines, std::string_view line) {
    TRY(const auto field, parse_field_line(line));
    if (names_equal(field.first, "transfer-encoding")) {
        if (lines.raw_coding) return fail(ErrorCode::invalid_input, "more than one Transfer-Encoding");
        lines.raw_coding = line.substr(line.find(':') + 1);
    }
    lines.fields.add(field.first, field.second);
    return {};
}

Result<Lines> split(std::string_view raw, std::size_t field_limit) {
    Lines lines;
    const auto first = next_line(raw);
    if (!first || first->empty()) return fail(ErrorCode::invalid_input, "no start line");
    if (!is_field_text(*first)) return fail(ErrorCode::invalid_input, "control character in the start line");
    lines.first = *first;
    while (const auto line = next_line(raw)) {
        if (line->empty()) {
            if (!raw.empty()) return fail(ErrorCode::invalid_input, "bytes behind the blank line");
            return lines;
        }
        if (lines.fields.fields().size() == field_limit) return fail(ErrorCode::too_large, "too many header fields");
        TRY_VOID(add_field(lines, *line));
    }
    return fail(ErrorCode::invalid_input, "head does not end in a blank line");
}

// HTTP-version is case-sensitive (RFC 9112 section 2.3).
Result<bool> parse_version_is_1_0(std::string_view version) {
    if (version == "HTTP/1.1") return false;
    if (version == "HTTP/1.0") return true;
    return fail(ErrorCode::invalid_input, "version is not HTTP/1.1 or HTTP/1.0");
}

Result<Framing> parse_framing(const Lines& lines, bool http_1_0) {
    const auto lengths = lines.fields.all("content-length");
    if (lines.raw_coding) {
        // RFC 9112 section 6.1: "A server or client that receives an HTTP/1.0 message containing a Transfer-Encoding header field
        // MUST treat the message as if the framing is faulty".
        if (http_1_0) return fail(ErrorCode::invalid_input, "Transfer-Encoding in HTTP/1.0");
        if (!lengths.empty()) return fail(ErrorCode::invalid_input, "both Content-Length and Transfer-Encoding");
        // One spelling only: readers disagree about case, lists, quotes and tabs (security: "Transfer-Encoding" variants).
        if (*lines.raw_coding != "chunked" && *lines.raw_coding != " chunked") {
            return fail(ErrorCode::invalid_input, "Transfer-Encoding is not exactly \"chunked\"");
        }
        return Framing(Framing::Kind::chunked, 0);
    }
    if (lengths.empty()) return Framing();
    if (lengths.size() > 1) return fail(ErrorCode::invalid_input, "more than one Content-Length");
    const auto length = parse_decimal(lengths.front(), 19);
    if (!length) return fail(ErrorCode::invalid_input, "Content-Length is not a number of 1 to 19 digits");
    return Framing(Framing::Kind::length, *length);
}

struct ConnectionOptions {
    std::vector<std::string> names;
    [[nodiscard]] bool has(std::string_view name) const { return std::ranges::find(names, name) != names.end(); }
};

ConnectionOptions parse_connection(const Headers& fields) {
    ConnectionOptions options;
    const std::string joined = fields.joined("connection");
    for (std::string_view rest = joined; !rest.empty();) {
        const auto comma = std::min(rest.find(','), rest.size());
        const auto name = trim_whitespace(rest.substr(0, comma));
        if (!name.empty()) options.names.push_back(to_lower(name));
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return options;
}

void remove_hop_by_hop(Headers& fields, const ConnectionOptions& connection) {
    for (const auto& name : connection.names) {
        if (std::ranges::find(kNeverHopByHop, name) == kNeverHopByHop.end()) fields.remove(name);
    }
    for (const auto name : kHopByHop) fields.remove(name);
}

Result<void> parse_request_line(std::string_view line, RequestHead& head) {
    const auto first = line.find(' ');
    const auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    if (second == std::string_view::npos) return fail(ErrorCode::invalid_input, "request line has not three parts");
    head.method = line.substr(0, first);
    head.target = line.substr(first + 1, second - first - 1);
    TRY(head.http_1_0, parse_version_is_1_0(line.substr(second + 1)));
    if (!is_token(head.method)) return fail(ErrorCode::invalid_input, "method is not a token");
    if (head.method == "CONNECT" || head.method == "TRACE") return fail(ErrorCode::invalid_input, "method is never served");
    if (!is_request_target(head.target)) return fail(ErrorCode::invalid_input, "target is not in origin form");
    return {};
}

Result<void> check_request_fields(const Headers& fields, const ConnectionOptions& connection) {
    for (const auto name : kAtMostOnce) {
        if (fields.all(name).size() > 1) return fail(ErrorCode::invalid_input, "more than one " + std::string(name));
    }
    // RFC 9112 section 3.2 demands it of HTTP/1.1; here HTTP/1.0 has to say it too, since requests are routed by it.
    const auto host = fields.get("host");
    if (!host) return fail(ErrorCode::invalid_input, "no Host");
    const auto authority = parse_authority(*host);
    if (!authority || authority->port == 0) return fail(ErrorCode::invalid_input, "Host is not host[:port]");
    for (const auto name : kNeverHopByHop) {
        if (connection.has(name)) return fail(ErrorCode::invalid_input, "Connection names " + std::string(name));
    }
    return {};
}

Result<void> parse_status_line(std::string_view line, ResponseHead& head, bool& http_1_0) {
    if (line.size() < 12 || line[8] != ' ') return fail(ErrorCode::invalid_input, "malformed status line");
    TRY(http_1_0, parse_version_is_1_0(line.substr(0, 8)));
    const auto status = parse_decimal(line.substr(9, 3), 3);
    if (!status || *status < 100 || *status > 599) return fail(ErrorCode::invalid_input, "malformed status code");
    head.status = static_cast<unsigned>(*status);
    const auto rest = line.substr(12);
    if (!rest.empty() && rest.front() != ' ') return fail(ErrorCode::invalid_input, "malformed status line");
    head.reason = trim_whitespace(rest);
    return {};
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\r' && c != '\n') || byte == 0x7f;
}

}  // namespace

Result<std::optional<std::size_t>> HeadScanner::scan(std::string_view received) {
    for (; position_ < received.size(); ++position_) {
        const char c = received[position_];
        if (is_control(c)) return fail(ErrorCode::invalid_input, "control character in the head");
        if (c == '\n') {
            if (position_ == 0 || received[position_ - 1] != '\r') return fail(ErrorCode::invalid_input, "line feed without carriage return");
            const bool blank = position_ - line_start_ == 1;
            if (blank && line_start_ == 0) return fail(ErrorCode::invalid_input, "no start line");
            line_start_ = position_ + 1;
            if (blank) return line_start_;
        } else if (position_ > 0 && received[position_ - 1] == '\r') {
            return fail(ErrorCode::invalid_input, "carriage return without line feed");
        }
    }
    return std::nullopt;
}

Result<Headers::Field> parse_field_line(std::string_view line) {
    // RFC 9112 section 5.2: a line that begins with white space is obs-fold.
    if (line.starts_with(' ') || line.starts_with('\t')) return fail(ErrorCode::invalid_input, "folded header line");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return fail(ErrorCode::invalid_input, "header line without a colon");
    // Also refuses the empty name and white space before the colon (RFC 9112 section 5.1).
    const auto name = line.substr(0, colon);
    if (!is_token(name)) return fail(ErrorCode::invalid_input, "header name is not a token");
    const auto value = trim_whitespace(line.substr(colon + 1));
    if (!is_field_text(value)) return fail(ErrorCode::invalid_input, "control character in a header value");
    return Headers::Field(name, value);
}

Result<ParsedRequest> parse_request_head(std::string_view raw, std::size_t field_limit) {
    TRY(auto lines, split(raw, field_limit));
    ParsedRequest request;
    TRY_VOID(parse_request_line(lines.first, request.head));
    TRY(request.framing, parse_framing(lines, request.head.http_1_0));
    const auto connection = parse_connection(lines.fields);
    TRY_VOID(check_request_fields(lines.fields, connection));
    if (const auto expect = lines.fields.get("expect")) {
        if (!names_equal(*expect, "100-continue")) return fail(ErrorCode::invalid_input, "unknown expectation");
        // RFC 9110 section 10.1.1: ignored in HTTP/1.0 and pointless without a body.
        request.expects_continue = !request.head.http_1_0 && request.framing != Framing() && request.framing != Framing(Framing::Kind::length, 0);
    }
    request.keep_alive = !request.head.http_1_0 && !connection.has("close");
    remove_hop_by_hop(lines.fields, connection);
    request.head.headers = std::move(lines.fields);
    return request;
}

Result<ParsedResponse> parse_response_head(std::string_view raw, std::size_t field_limit, RequestMethod method) {
    TRY(auto lines, split(raw, field_limit));
    ParsedResponse response;
    bool http_1_0 = false;
    TRY_VOID(parse_status_line(lines.first, response.head, http_1_0));
    TRY(response.framing, parse_framing(lines, http_1_0));
    const auto connection = parse_connection(lines.fields);
    response.keep_alive = !http_1_0 && !connection.has("close");
    const bool has_body = method != RequestMethod::head && !never_has_body(response.head.status);
    if (has_body && response.framing == Framing()) {
        return fail(ErrorCode::invalid_input, "answer has neither Content-Length nor chunked coding");
    }
    if (response.head.status == 204 && response.framing != Framing() && response.framing != Framing(Framing::Kind::length, 0)) {
        return fail(ErrorCode::invalid_input, "204 that announces a body");
    }
    if (!has_body) response.framing = Framing();
    remove_hop_by_hop(lines.fields, connection);
    response.head.headers = std::move(lines.fields);
    return response;
}

bool never_has_body(unsigned status) { return status < 200 || status == 204 || status == 304; }

}  // namespace http
