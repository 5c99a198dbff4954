// The one way a head gets onto a wire. Every name, value, target and reason is checked here, so that no text that came from
// elsewhere (an identity, an upstream's error, a repository name) can begin a line of its own.
#pragma once

#include <string>
#include <string_view>

#include "http/head.h"

namespace http {

enum class AfterMessage { keep_alive, close };

// Content-Length, Transfer-Encoding and Connection in the headers are left out: the framing given here is the only one.
// Host is `authority`, whatever the headers say. Error: invalid_input, naming the field but never its bytes.
[[nodiscard]] base::Result<std::string> write_request_head(const RequestHead& head, std::string_view authority, const Framing& framing);
[[nodiscard]] base::Result<std::string> write_response_head(const ResponseHead& head, const Framing& framing, AfterMessage after);

// A head that is sent again and again: checked once, without Date and the blank line. What goes out is this and then dated_end().
[[nodiscard]] base::Result<std::string> prepare_response_head(const ResponseHead& head, const Framing& framing);
// "Date: …", the blank line. The text belongs to the thread and changes once a second, at the next call.
[[nodiscard]] std::string_view dated_end();

}  // namespace http
