#include "http/server_exchange.h"

#include <array>

namespace http {

using base::ErrorCode;
using base::fail;
using base::Result;

Async<std::size_t> RequestBody::read(std::span<std::uint8_t> into) {
    if (continue_due_) {
        continue_due_ = false;
        static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
        const std::array<asio::const_buffer, 1> parts{asio::buffer(kContinue)};
        CO_TRY_VOID(co_await stream_.write(parts));
    }
    auto count = co_await decoder_.read(into);
    if (!count) co_return std::unexpected(failed(std::move(count).error()));
    co_return count;
}

base::Error RequestBody::failed(base::Error error) {
    if (error.code() == ErrorCode::invalid_input || error.code() == ErrorCode::too_large) blame_ = 400;
    if (error.code() == ErrorCode::timed_out) blame_ = 408;
    return error;
}

ServerExchange::ServerExchange(Stream& stream, Input& input, ParsedRequest request, const bool& stopping)
    : stream_(stream), request_(std::move(request)), body_(stream, input, request_), stopping_(stopping) {}

Result<std::string> ServerExchange::begin(const ResponseHead& head, const Framing& framing, bool reusable) {
    if (responded()) return fail(ErrorCode::internal, "answered twice");
    if (head.status < 200) return fail(ErrorCode::internal, "interim answers are the server's own");
    body_.forget_continue();
    // What is left of a request's body would be read as the next request.
    const bool keep = reusable && request_.keep_alive && body_.finished() && !stopping_;
    after_ = keep ? AfterMessage::keep_alive : AfterMessage::close;
    return write_response_head(head, framing, after_);
}

Async<void> ServerExchange::send_whole(std::string head, base::BytesView content) {
    const std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::const_buffer(content.data(), content.size())};
    progress_.head_sent = true;
    CO_TRY_VOID(co_await stream_.write(parts));
    progress_.bytes = content.size();
    progress_.complete = true;
    co_return Result<void>();
}

Async<void> ServerExchange::respond(ResponseHead head, base::BytesView content) {
    const bool bodiless = never_has_body(head.status);
    const auto framing = bodiless ? Framing() : Framing(Framing::Kind::length, content.size());
    CO_TRY(auto text, begin(head, framing));
    const auto sent = bodiless || is_head_request() ? base::BytesView() : content;
    CO_TRY_VOID(co_await send_whole(std::move(text), sent));
    co_return Result<void>();
}

Async<void> ServerExchange::respond_head(ResponseHead head, std::optional<std::uint64_t> length) {
    Framing framing;
    const bool has_body = !is_head_request() && !never_has_body(head.status);
    if (has_body && length.value_or(0) > 0) co_return fail(ErrorCode::internal, "a length is announced without a body");
    // RFC 9110 section 8.6: never in 204; in 304 and for HEAD it is the length that GET would have.
    if (has_body) framing = Framing(Framing::Kind::length, 0);
    if (!has_body && length && head.status != 204) framing = Framing(Framing::Kind::length, *length);
    CO_TRY(auto text, begin(head, framing));
    CO_TRY_VOID(co_await send_whole(std::move(text), base::BytesView()));
    co_return Result<void>();
}

Async<void> ServerExchange::respond_stream(ResponseHead head, BodySource& body) {
    if (is_head_request() || never_has_body(head.status)) {
        const auto length = body.length();
        CO_TRY_VOID(co_await respond_head(std::move(head), length));
        co_return Result<void>();
    }
    auto coding = body.length() ? RelayCoding::length : RelayCoding::chunked;
    auto framing = framing_of(body);
    if (request_.head.http_1_0 && coding == RelayCoding::chunked) {
        // RFC 9112 section 6.1: no transfer coding for HTTP/1.0. The end of the connection is the end, and a cut is a reset.
        coding = RelayCoding::until_close;
        ends_by_itself_ = false;
        framing = Framing();
    }
    CO_TRY(auto text, begin(head, framing, coding != RelayCoding::until_close));
    CO_TRY_VOID(co_await relay(stream_, std::move(text), body, coding, progress_));
    co_return Result<void>();
}

}  // namespace http
