// One connection to an upstream: established, then used for one request and answer at a time.
#pragma once

#include <memory>

#include "http/body_decoder.h"
#include "http/client.h"
#include "http/stream.h"

namespace http {

class ClientConnection {
public:
    explicit ClientConnection(std::unique_ptr<Stream> stream) : stream_(std::move(stream)), input_(*stream_) {}

    // Of the next exchange and its answer's body. A request with a body waits for its own source too, which must not count as the
    // upstream's slowness: until it is sent there is no least rate.
    void set_limits(StreamLimits limits);
    // Sends the request and returns the answer's final head. `body` is read by a second coroutine meanwhile, which has ended when this
    // returns: completely sent, or stopped because the answer refuses the request before its end.
    Async<ParsedResponse> exchange(std::string head, BodySource* body, RequestMethod method, std::size_t head_limit);

    [[nodiscard]] Stream& stream() { return *stream_; }
    [[nodiscard]] Input& input() { return input_; }
    // Nothing of the answer had arrived when exchange() failed: with a pooled connection the peer had closed it before.
    [[nodiscard]] bool untouched() const { return untouched_; }
    [[nodiscard]] bool request_complete() const { return request_complete_; }
    // The answer was read to its end and nothing is left over.
    [[nodiscard]] bool reusable(bool keep_alive) const { return keep_alive && request_complete_ && input_.empty(); }

private:
    struct Upload;
    Async<ParsedResponse> read_final_head(RequestMethod method, std::size_t head_limit);
    Async<ParsedResponse> upload(std::string head, BodySource& body, RequestMethod method, std::size_t head_limit);

    std::unique_ptr<Stream> stream_;
    Input input_;
    StreamLimits limits_{std::chrono::milliseconds::max()};
    bool untouched_ = true;
    bool request_complete_ = false;
};

}  // namespace http
