// The strict reading of message heads (RFC 9112): raw bytes up to the blank line in, a checked head and its framing out. Nothing else
// looks at the bytes of a peer before this did, for requests of clients and for answers of upstreams alike.
//
// Where RFC 9112 lets a recipient repair or guess, this refuses: two readers that repair differently are what request smuggling is
// made of. In particular: lines end in CRLF, no folding, no space before the colon, exactly one `Content-Length` of digits or exactly
// `Transfer-Encoding: chunked` and never both, one Host, an origin-form target.
// Errors: invalid_input, and too_large above the limits. Messages never repeat the peer's bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace http {

// How the body behind a head ends (RFC 9112 section 6.3). There is no "until the connection closes": it cannot be told from a cut.
struct Framing {
    enum class Kind { none, length, chunked };
    Kind kind = Kind::none;
    std::uint64_t length = 0;  // of Kind::length
    bool operator==(const Framing&) const = default;
};

struct FieldView {
    std::string_view name;
    std::string_view value;
};

// A checked request head as views into the bytes that it was read from. To be used again for the next one: it keeps its storage.
struct RequestView {
    std::string_view method;
    std::string_view target;
    std::vector<FieldView> fields;  // all of them, hop-by-hop fields too
    Framing framing;
    bool http_1_0 = false;
    bool keep_alive = false;
    bool expects_continue = false;
    [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;  // the first value
};

struct ParsedRequest {
    RequestHead head;  // without hop-by-hop fields (RFC 9110 section 7.6.1)
    Framing framing;
    bool keep_alive = false;
    bool expects_continue = false;
};

struct ParsedResponse {
    ResponseHead head;  // the same; Content-Length stays readable, a HEAD answer's says the length of GET
    Framing framing;
    bool keep_alive = false;
};

enum class RequestMethod { head, other };  // of the request that an answer belongs to

// Looks for the blank line in what has arrived. Returns the length of the head with its blank line, nullopt if more is needed, and an
// error as soon as a byte cannot be part of a head: a bare CR or LF, a control character, the first byte of a TLS record.
class HeadScanner {
public:
    [[nodiscard]] base::Result<std::optional<std::size_t>> scan(std::string_view received);

private:
    std::size_t position_ = 0;  // everything before was looked at
    std::size_t line_start_ = 0;
};

// All checks of a request head; allocates nothing where `into` has room for the fields.
[[nodiscard]] base::Result<void> parse_request_view(std::string_view raw, std::size_t field_limit, RequestView& into);
// A copy that outlives the bytes.
[[nodiscard]] ParsedRequest to_request(const RequestView& view);
[[nodiscard]] base::Result<ParsedRequest> parse_request_head(std::string_view raw, std::size_t field_limit);
[[nodiscard]] base::Result<ParsedResponse> parse_response_head(std::string_view raw, std::size_t field_limit, RequestMethod method);

// One field line without its CRLF; also used for trailers.
[[nodiscard]] base::Result<Headers::Field> parse_field_line(std::string_view line);

// RFC 9110 section 6.4.1: answers that never have a body, whatever their fields say.
[[nodiscard]] bool never_has_body(unsigned status);

}  // namespace http
