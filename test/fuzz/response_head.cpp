// Raw response heads: the input is what an upstream sends, read as the answer to a HEAD and to another request. RFC
// 9112 section 6.3, security rows 149 to 157.
#include <string>

#include "http/head.h"
#include "http/head_writer.h"
#include "test/fuzz/property.h"
#include "test/fuzz/raw_head.h"

namespace {

using fuzz::require;
using http::RequestMethod;
using Kind = http::Framing::Kind;

constexpr std::size_t kFieldLimit = 100;

void check_framing(std::string_view raw, const http::ParsedResponse& answer, RequestMethod method) {
    const auto codings = fuzz::lines_named(raw, "Transfer-Encoding");
    const auto lengths = fuzz::lines_named(raw, "Content-Length");
    require(codings + lengths <= 1, "an accepted head has at most one framing field");
    if (method == RequestMethod::head || http::never_has_body(answer.head.status)) {
        require(answer.framing == http::Framing(), "an answer that cannot have a body has none");
        return;
    }
    require(answer.framing.kind != Kind::none, "a body never lasts until the connection closes");
    require((answer.framing.kind == Kind::chunked) == (codings == 1), "chunked if, and only if, Transfer-Encoding says so");
}

void check_written(const http::ParsedResponse& answer) {
    for (const auto after : {http::AfterMessage::keep_alive, http::AfterMessage::close}) {
        const auto written = http::write_response_head(answer.head, answer.framing, after);
        require(written.has_value(), "an accepted head can be written");
        const auto again = http::parse_response_head(*written, kFieldLimit + 3, RequestMethod::other);
        require(again.has_value(), "a written head is accepted");
        require(again->head.status == answer.head.status, "status survives writing");
        const auto reason = answer.head.reason.empty() ? http::standard_reason(answer.head.status) : std::string_view(answer.head.reason);
        require(again->head.reason == reason, "reason survives writing");
        require(again->framing == answer.framing, "framing survives writing");
        require(again->keep_alive == (after == http::AfterMessage::keep_alive), "Connection says what was meant");
        require(fuzz::relayed_fields(again->head.headers) == fuzz::relayed_fields(answer.head.headers), "fields survive writing");
        require(fuzz::scan_head(*written) == *written, "a written head is exactly one head");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto raw = fuzz::scan_head(fuzz::as_text(data, size));
    if (!raw) return 0;
    for (const auto method : {RequestMethod::head, RequestMethod::other}) {
        const auto answer = http::parse_response_head(*raw, kFieldLimit, method);
        if (!answer) continue;
        require(answer->head.status >= 100 && answer->head.status <= 599, "a status has a class");
        fuzz::check_fields(answer->head.headers);
        check_framing(*raw, *answer, method);
        if (method == RequestMethod::other) check_written(*answer);
    }
    return 0;
}
