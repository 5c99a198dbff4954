#include "http/head_writer.h"

#include <ctime>

#include "http/grammar.h"

namespace http {

using base::ErrorCode;
using base::fail;
using base::Result;

namespace {

bool is_framing_field(std::string_view name) {
    return names_equal(name, "content-length") || names_equal(name, "transfer-encoding") || names_equal(name, "connection");
}

class HeadText {
public:
    Result<void> start_line(std::string_view a, std::string_view b, std::string_view c) {
        for (const auto part : {a, b, c}) {
            if (!is_field_text(part)) return fail(ErrorCode::invalid_input, "control character in an outgoing start line");
        }
        text_.append(a).append(" ").append(b).append(" ").append(c).append("\r\n");
        return {};
    }
    Result<void> field(std::string_view name, std::string_view value) {
        if (!is_token(name)) return fail(ErrorCode::invalid_input, "outgoing header name is not a token");
        if (!is_field_text(value)) {
            return fail(ErrorCode::invalid_input, "control character in the outgoing header " + std::string(name));
        }
        text_.append(name).append(": ").append(value).append("\r\n");
        return {};
    }
    Result<void> framing(const Framing& framing) {
        if (framing.kind == Framing::Kind::chunked) return field("Transfer-Encoding", "chunked");
        if (framing.kind == Framing::Kind::length) return field("Content-Length", std::to_string(framing.length));
        return {};
    }
    [[nodiscard]] std::string lines() && { return std::move(text_); }
    [[nodiscard]] std::string finish() && { return std::move(text_.append("\r\n")); }

private:
    std::string text_;
};

// RFC 9110 section 5.6.7, of now; formatted once a second and thread.
std::string_view date_now() {
    thread_local std::time_t formatted = 0;
    thread_local char text[32];
    thread_local std::size_t size = 0;
    const std::time_t now = std::time(nullptr);
    if (now != formatted) {
        std::tm parts{};
        gmtime_r(&now, &parts);
        size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
        formatted = now;
    }
    return {text, size};
}

enum class Dating { now, later };

// Everything but the blank line.
Result<void> response_lines(HeadText& text, const ResponseHead& head, const Framing& framing, Dating dating) {
    if (head.status < 100 || head.status > 599) return fail(ErrorCode::invalid_input, "outgoing status is out of range");
    const std::string_view reason = head.reason.empty() ? standard_reason(head.status) : std::string_view(head.reason);
    TRY_VOID(text.start_line("HTTP/1.1", std::to_string(head.status), reason));
    // RFC 9110 section 6.6.1: a server with a clock dates its answers; a relayed answer keeps the date of its origin.
    if (dating == Dating::now && !head.headers.get("date")) {
        TRY_VOID(text.field("Date", date_now()));
    }
    for (const auto& [name, value] : head.headers.fields()) {
        if (is_framing_field(name)) continue;
        TRY_VOID(text.field(name, value));
    }
    return text.framing(framing);
}

}  // namespace

Result<std::string> write_request_head(const RequestHead& head, std::string_view authority, const Framing& framing) {
    if (!is_token(head.method)) return fail(ErrorCode::invalid_input, "outgoing method is not a token");
    if (!is_request_target(head.target)) return fail(ErrorCode::invalid_input, "outgoing target is not in origin form");
    HeadText text;
    TRY_VOID(text.start_line(head.method, head.target, "HTTP/1.1"));
    TRY_VOID(text.field("Host", authority));
    for (const auto& [name, value] : head.headers.fields()) {
        if (is_framing_field(name) || names_equal(name, "host")) continue;
        TRY_VOID(text.field(name, value));
    }
    TRY_VOID(text.framing(framing));
    return std::move(text).finish();
}

Result<std::string> write_response_head(const ResponseHead& head, const Framing& framing, AfterMessage after) {
    HeadText text;
    TRY_VOID(response_lines(text, head, framing, Dating::now));
    if (after == AfterMessage::close) {
        TRY_VOID(text.field("Connection", "close"));
    }
    return std::move(text).finish();
}

Result<std::string> prepare_response_head(const ResponseHead& head, const Framing& framing) {
    if (head.headers.get("date")) return fail(ErrorCode::internal, "a prepared head is dated when it is sent");
    HeadText text;
    TRY_VOID(response_lines(text, head, framing, Dating::later));
    return std::move(text).lines();
}

std::string_view dated_end() {
    thread_local std::string text;
    constexpr std::string_view kName = "Date: ";
    const auto date = date_now();
    if (text.empty() || std::string_view(text).substr(kName.size(), date.size()) != date) {
        text.assign(kName).append(date).append("\r\n\r\n");
    }
    return text;
}

}  // namespace http
