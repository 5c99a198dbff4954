// Raw request heads: the input is what a client sends. RFC 9112 sections 2 to 6, security rows 149 to 163.
#include <string>

#include "http/grammar.h"
#include "http/head.h"
#include "http/head_writer.h"
#include "test/fuzz/property.h"
#include "test/fuzz/raw_head.h"

namespace {

using fuzz::require;
using Kind = http::Framing::Kind;

constexpr std::size_t kFieldLimit = 100;

// One framing for every reader: what a second look at the lines says.
void check_framing(std::string_view raw, const http::ParsedRequest& request) {
    const auto codings = fuzz::lines_named(raw, "Transfer-Encoding");
    const auto lengths = fuzz::lines_named(raw, "Content-Length");
    require(codings + lengths <= 1, "an accepted head has at most one framing field");
    require((request.framing.kind == Kind::chunked) == (codings == 1), "chunked if, and only if, Transfer-Encoding says so");
    require((request.framing.kind == Kind::length) == (lengths == 1), "a length if, and only if, Content-Length says so");
    require(fuzz::lines_named(raw, "Host") == 1, "an accepted head has exactly one Host");
    require(!(request.head.http_1_0 && (codings != 0 || request.keep_alive)), "HTTP/1.0 has neither chunks nor a second request");
    require(!request.expects_continue || request.framing.kind != Kind::none, "100-continue only before a body");
}

void check_target(std::string_view target) {
    require(target.starts_with('/') && http::is_request_target(target), "the target is in origin form");
    for (const char c : target) require(c > ' ' && c < 0x7f && c != '#' && c != '\\', "the target is visible ASCII without # and \\");
}

// What we would send upstream of it says the same.
void check_written(const http::ParsedRequest& request) {
    const auto host = std::string(request.head.headers.get("Host").value());
    const auto written = http::write_request_head(request.head, host, request.framing);
    require(written.has_value(), "an accepted head can be written");
    const auto again = http::parse_request_head(*written, kFieldLimit + 1);
    require(again.has_value(), "a written head is accepted");
    require(again->head.method == request.head.method && again->head.target == request.head.target, "start line survives writing");
    require(again->framing == request.framing, "framing survives writing");
    require(again->head.headers.get("Host") == request.head.headers.get("Host"), "Host survives writing");
    require(fuzz::relayed_fields(again->head.headers) == fuzz::relayed_fields(request.head.headers), "fields survive writing");
    require(fuzz::scan_head(*written) == *written, "a written head is exactly one head");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto raw = fuzz::scan_head(fuzz::as_text(data, size));
    if (!raw) return 0;
    const auto request = http::parse_request_head(*raw, kFieldLimit);
    require(!http::parse_request_head(std::string(*raw) + "X", kFieldLimit), "nothing may stand behind the blank line");
    if (!request) return 0;
    check_target(request->head.target);
    require(http::is_token(request->head.method), "the method is a token");
    fuzz::check_fields(request->head.headers);
    check_framing(*raw, *request);
    check_written(*request);
    return 0;
}
