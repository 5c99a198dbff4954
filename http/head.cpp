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
constexpr std::array<std::string_view, 11> kHopByHop = {"connection",
                                                        "keep-alive",
                                                        "proxy-connection",
                                                        "proxy-authenticate",
                                                        "proxy-authorization",
                                                        "te",
                                                        "trailer",
                                                        "transfer-encoding",
                                                        "upgrade",
                                                        "http2-settings",
                                                        "close"};

// Naming one of these in Connection would delete what the decision about the request is made from.
constexpr std::array<std::string_view, 6> kNeverHopByHop = {"host",         "content-length", "authorization",
                                                            "content-type", "range",          "transfer-encoding"};
// RFC 9110 section 5.3: a sender must not repeat these; which of two would count differs between readers.
constexpr std::array<std::string_view, 6> kAtMostOnce = {"host", "authorization", "content-type", "range", "content-range", "expect"};

using Fields = std::vector<FieldView>;

struct Lines {
    std::string_view first;
    std::optional<std::string_view> raw_coding;  // of Transfer-Encoding, with its white space
};

std::optional<std::string_view> next_line(std::string_view& rest) {
    const auto end = rest.find("\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    return line;
}

Result<FieldView> parse_field(std::string_view line) {
    // RFC 9112 section 5.2: a line that begins with white space is obs-fold.
    if (line.starts_with(' ') || line.starts_with('\t')) return fail(ErrorCode::invalid_input, "folded header line");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return fail(ErrorCode::invalid_input, "header line without a colon");
    // Also refuses the empty name and white space before the colon (RFC 9112 section 5.1).
    const auto name = line.substr(0, colon);
    if (!is_token(name)) return fail(ErrorCode::invalid_input, "header name is not a token");
    const auto value = trim_whitespace(line.substr(colon + 1));
    if (!is_field_text(value)) return fail(ErrorCode::invalid_input, "control character in a header value");
    return FieldView{name, value};
}

Result<void> add_field(Lines& lines, Fields& fields, std::string_view line) {
    TRY(const auto field, parse_field(line));
    if (names_equal(field.name, "transfer-encoding")) {
        if (lines.raw_coding) return fail(ErrorCode::invalid_input, "more than one Transfer-Encoding");
        lines.raw_coding = line.substr(line.find(':') + 1);
    }
    fields.push_back(field);
    return {};
}

Result<Lines> split(std::string_view raw, std::size_t field_limit, Fields& fields) {
    Lines lines;
    fields.clear();
    const auto first = next_line(raw);
    if (!first || first->empty()) return fail(ErrorCode::invalid_input, "no start line");
    if (!is_field_text(*first)) return fail(ErrorCode::invalid_input, "control character in the start line");
    lines.first = *first;
    while (const auto line = next_line(raw)) {
        if (line->empty()) {
            if (!raw.empty()) return fail(ErrorCode::invalid_input, "bytes behind the blank line");
            return lines;
        }
        if (fields.size() == field_limit) return fail(ErrorCode::too_large, "too many header fields");
        TRY_VOID(add_field(lines, fields, *line));
    }
    return fail(ErrorCode::invalid_input, "head does not end in a blank line");
}

std::size_t count(const Fields& fields, std::string_view name) {
    return static_cast<std::size_t>(std::ranges::count_if(fields, [&](const FieldView& field) { return names_equal(field.name, name); }));
}

std::optional<std::string_view> first_value(const Fields& fields, std::string_view name) {
    const auto found = std::ranges::find_if(fields, [&](const FieldView& field) { return names_equal(field.name, name); });
    if (found == fields.end()) return std::nullopt;
    return found->value;
}

// HTTP-version is case-sensitive (RFC 9112 section 2.3).
Result<bool> parse_version_is_1_0(std::string_view version) {
    if (version == "HTTP/1.1") return false;
    if (version == "HTTP/1.0") return true;
    return fail(ErrorCode::invalid_input, "version is not HTTP/1.1 or HTTP/1.0");
}

Result<Framing> parse_framing(const Lines& lines, const Fields& fields, bool http_1_0) {
    const auto lengths = count(fields, "content-length");
    if (lines.raw_coding) {
        // RFC 9112 section 6.1: "A server or client that receives an HTTP/1.0 message containing a Transfer-Encoding header field
        // MUST treat the message as if the framing is faulty".
        if (http_1_0) return fail(ErrorCode::invalid_input, "Transfer-Encoding in HTTP/1.0");
        if (lengths > 0) return fail(ErrorCode::invalid_input, "both Content-Length and Transfer-Encoding");
        // One spelling only: readers disagree about case, lists, quotes and tabs (security: "Transfer-Encoding" variants).
        if (*lines.raw_coding != "chunked" && *lines.raw_coding != " chunked") {
            return fail(ErrorCode::invalid_input, "Transfer-Encoding is not exactly \"chunked\"");
        }
        return Framing(Framing::Kind::chunked, 0);
    }
    if (lengths == 0) return Framing();
    if (lengths > 1) return fail(ErrorCode::invalid_input, "more than one Content-Length");
    const auto length = parse_decimal(*first_value(fields, "content-length"), 19);
    if (!length) return fail(ErrorCode::invalid_input, "Content-Length is not a number of 1 to 19 digits");
    return Framing(Framing::Kind::length, *length);
}

// Whether one of the options in the Connection fields is it: `is(option)`.
template <typename Predicate>
bool any_connection_option(const Fields& fields, Predicate is) {
    for (const auto& field : fields) {
        if (!names_equal(field.name, "connection")) continue;
        for (auto rest = field.value; !rest.empty();) {
            const auto comma = std::min(rest.find(','), rest.size());
            const auto option = trim_whitespace(rest.substr(0, comma));
            if (!option.empty() && is(option)) return true;
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
    }
    return false;
}

bool has_connection_option(const Fields& fields, std::string_view name) {
    return any_connection_option(fields, [name](std::string_view option) { return names_equal(option, name); });
}

template <std::size_t Size>
bool is_one_of(std::string_view name, const std::array<std::string_view, Size>& names) {
    return std::ranges::any_of(names, [name](std::string_view other) { return names_equal(name, other); });
}

// The fields that are about more than this connection (RFC 9110 section 7.6.1).
Headers end_to_end(const Fields& fields) {
    Headers headers;
    for (const auto& [name, value] : fields) {
        if (is_one_of(name, kHopByHop)) continue;
        if (!is_one_of(name, kNeverHopByHop) && has_connection_option(fields, name)) continue;
        headers.add(name, value);
    }
    return headers;
}

Result<void> parse_request_line(std::string_view line, RequestView& head) {
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

bool is_host(std::string_view text) {
    const auto authority = parse_authority(text);
    return authority && authority->port != 0;
}

// A connection names the same host again and again: the last good one of this thread need not be looked at twice.
bool is_host_again(std::string_view text) {
    constexpr std::size_t kLongest = 255;
    thread_local std::string last;
    if (text == last) return true;
    if (!is_host(text)) return false;
    if (text.size() <= kLongest) last = text;
    return true;
}

Result<void> check_request_fields(const Fields& fields) {
    for (const auto name : kAtMostOnce) {
        if (count(fields, name) > 1) return fail(ErrorCode::invalid_input, "more than one " + std::string(name));
    }
    // RFC 9112 section 3.2 demands it of HTTP/1.1; here HTTP/1.0 has to say it too, since requests are routed by it.
    const auto host = first_value(fields, "host");
    if (!host) return fail(ErrorCode::invalid_input, "no Host");
    if (host->empty() || !is_host_again(*host)) return fail(ErrorCode::invalid_input, "Host is not host[:port]");
    for (const auto name : kNeverHopByHop) {
        if (has_connection_option(fields, name)) return fail(ErrorCode::invalid_input, "Connection names " + std::string(name));
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
            if (position_ == 0 || received[position_ - 1] != '\r')
                return fail(ErrorCode::invalid_input, "line feed without carriage return");
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

std::optional<std::string_view> RequestView::get(std::string_view name) const { return first_value(fields, name); }

Result<Headers::Field> parse_field_line(std::string_view line) {
    TRY(const auto field, parse_field(line));
    return Headers::Field(field.name, field.value);
}

Result<void> parse_request_view(std::string_view raw, std::size_t field_limit, RequestView& into) {
    TRY(const auto lines, split(raw, field_limit, into.fields));
    TRY_VOID(parse_request_line(lines.first, into));
    TRY(into.framing, parse_framing(lines, into.fields, into.http_1_0));
    TRY_VOID(check_request_fields(into.fields));
    into.expects_continue = false;
    if (const auto expect = into.get("expect")) {
        if (!names_equal(*expect, "100-continue")) return fail(ErrorCode::invalid_input, "unknown expectation");
        // RFC 9110 section 10.1.1: ignored in HTTP/1.0 and pointless without a body.
        const bool has_body = into.framing != Framing() && into.framing != Framing(Framing::Kind::length, 0);
        into.expects_continue = !into.http_1_0 && has_body;
    }
    into.keep_alive = !into.http_1_0 && !has_connection_option(into.fields, "close");
    return {};
}

ParsedRequest to_request(const RequestView& view) {
    ParsedRequest request;
    request.head.method = view.method;
    request.head.target = view.target;
    request.head.headers = end_to_end(view.fields);
    request.head.http_1_0 = view.http_1_0;
    request.framing = view.framing;
    request.keep_alive = view.keep_alive;
    request.expects_continue = view.expects_continue;
    return request;
}

Result<ParsedRequest> parse_request_head(std::string_view raw, std::size_t field_limit) {
    RequestView view;
    TRY_VOID(parse_request_view(raw, field_limit, view));
    return to_request(view);
}

Result<ParsedResponse> parse_response_head(std::string_view raw, std::size_t field_limit, RequestMethod method) {
    Fields fields;
    TRY(const auto lines, split(raw, field_limit, fields));
    ParsedResponse response;
    bool http_1_0 = false;
    TRY_VOID(parse_status_line(lines.first, response.head, http_1_0));
    TRY(response.framing, parse_framing(lines, fields, http_1_0));
    response.keep_alive = !http_1_0 && !has_connection_option(fields, "close");
    const bool has_body = method != RequestMethod::head && !never_has_body(response.head.status);
    if (has_body && response.framing == Framing()) {
        return fail(ErrorCode::invalid_input, "answer has neither Content-Length nor chunked coding");
    }
    if (response.head.status == 204 && response.framing != Framing() && response.framing != Framing(Framing::Kind::length, 0)) {
        return fail(ErrorCode::invalid_input, "204 that announces a body");
    }
    if (!has_body) response.framing = Framing();
    response.head.headers = end_to_end(fields);
    return response;
}

bool never_has_body(unsigned status) { return status < 200 || status == 204 || status == 304; }

}  // namespace http
