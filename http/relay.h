// Sends a head and a body that is pulled piece by piece. One bounded buffer per body: the next piece is read only when the last one
// is with the kernel, so a reader that stops reading stops the producer.
#pragma once

#include <cstdint>
#include <string>

#include "http/body.h"
#include "http/head.h"
#include "http/stream.h"

namespace http {

inline constexpr std::size_t kRelayBuffer = 128 * 1024;

// Body without length: chunked.
[[nodiscard]] Framing framing_of(const BodySource& body);

struct RelayProgress {
    bool head_sent = false;   // false after an error: the peer has not seen a byte, another answer can still be given
    bool complete = false;
    bool peer_failed = false;  // an error came from writing, not from the body
    std::uint64_t bytes = 0;  // of the body
};

// How the body's end is marked. `until_close` is for answers to HTTP/1.0 only: the caller closes, or resets if this failed.
enum class RelayCoding { length, chunked, until_close };

// The head goes out together with the body's first piece. On any error the message is left unfinished and the stream has to be
// aborted by the caller; a body that ends early or late is never completed, padded or cut. One that is declared empty is not read.
// Progress is written as it happens.
Async<void> relay(Stream& stream, std::string head, BodySource& body, RelayCoding coding, RelayProgress& progress);

}  // namespace http
