// Opens the byte stream of one connection to an origin, directly or through a forward proxy: resolves, connects to the first address that
// answers, asks the proxy for a tunnel, and verifies the origin's own name for TLS, whatever lies in between.
#pragma once

#include <memory>

#include "base/time.h"
#include "http/async.h"
#include "http/forward_proxy.h"
#include "http/origin.h"
#include "http/resolve.h"
#include "http/stream.h"
#include "http/tls.h"

namespace http {

struct Destination {
    Origin origin;
    std::shared_ptr<const ClientTls> tls;       // may be null for plain origins
    std::shared_ptr<const ForwardProxy> proxy;  // null: directly
    AddressFilter refuses;                      // empty: no address. Not asked where a proxy resolves the name
    std::shared_ptr<StreamFaults> faults = nullptr;  // for tests
};

// For a TLS origin behind a proxy the stream runs through a tunnel; for a plain one it ends at the proxy, which wants targets in absolute
// form. Errors: unavailable, timed_out; internal for a TLS origin without settings.
[[nodiscard]] Async<std::unique_ptr<Stream>> open_stream(asio::thread_pool& workers, Destination destination, base::Deadline deadline);

}  // namespace http
