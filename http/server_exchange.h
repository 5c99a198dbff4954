// One request on a server's connection and its answer: how http::Exchange is done.
#pragma once

#include "http/body_decoder.h"
#include "http/head_writer.h"
#include "http/relay.h"
#include "http/server.h"

namespace http {

// The request's body; asks for it with "100 Continue" when it is first read, that is after the handler has decided to take it.
class RequestBody final : public BodySource {
public:
    RequestBody(Stream& stream, Input& input, const ParsedRequest& request)
        : stream_(stream), decoder_(input, request.framing), continue_due_(request.expects_continue) {}
    Async<std::size_t> read(std::span<std::uint8_t> into) override;
    [[nodiscard]] std::optional<std::uint64_t> length() const override { return decoder_.length(); }
    [[nodiscard]] std::optional<Unread> unread() override { return continue_due_ ? std::nullopt : decoder_.unread(); }
    void took(std::uint64_t count) override { decoder_.took(count); }
    [[nodiscard]] base::Error failed(base::Error error) override;
    [[nodiscard]] bool finished() const { return decoder_.finished(); }
    void forget_continue() { continue_due_ = false; }  // behind a final answer it would be read as the next one
    [[nodiscard]] std::optional<unsigned> blame() const { return blame_; }

private:
    Stream& stream_;
    BodyDecoder decoder_;
    bool continue_due_;
    std::optional<unsigned> blame_;
};

class ServerExchange final : public Exchange {
public:
    // `stopping` is looked at when the answer is written: a server that stops closes after it.
    ServerExchange(Stream& stream, Input& input, ParsedRequest request, const bool& stopping);

    [[nodiscard]] const RequestHead& head() const override { return request_.head; }
    [[nodiscard]] BodySource& body() override { return body_; }
    [[nodiscard]] std::optional<unsigned> blame() const override { return body_.blame(); }
    [[nodiscard]] bool tls() const override { return stream_.tls(); }
    [[nodiscard]] std::string peer() const override { return stream_.peer(); }
    Async<void> respond(ResponseHead head, base::BytesView content) override;
    Async<void> respond_head(ResponseHead head, std::optional<std::uint64_t> length) override;
    Async<void> respond_stream(ResponseHead head, BodySource& body) override;
    [[nodiscard]] bool responded() const override { return progress_.head_sent; }
    [[nodiscard]] std::uint64_t bytes_sent() const override { return progress_.bytes; }

    // The status for a handler that failed without an answer.
    [[nodiscard]] unsigned failure_status() const { return blame().value_or(500); }
    [[nodiscard]] bool complete() const { return progress_.complete; }
    // An unfinished answer whose reader knows, by length or chunks, that the rest is missing.
    [[nodiscard]] bool cut_is_plain() const { return ends_by_itself_ && progress_.head_sent && !progress_.peer_failed; }
    [[nodiscard]] bool keep_alive() const { return after_ == AfterMessage::keep_alive; }

private:
    base::Result<std::string> begin(const ResponseHead& head, const Framing& framing, bool reusable = true);
    Async<void> send_whole(std::string head, base::BytesView content);
    [[nodiscard]] bool is_head_request() const { return request_.head.method == "HEAD"; }

    Stream& stream_;
    ParsedRequest request_;
    RequestBody body_;
    const bool& stopping_;
    RelayProgress progress_;
    bool ends_by_itself_ = true;
    AfterMessage after_ = AfterMessage::close;
};

}  // namespace http
