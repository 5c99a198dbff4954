// The request path on one screen: name it, find its route, its upstream and its rights, dispatch, log. One Gate per thread.
#pragma once

#include <memory>
#include <vector>

#include "http/server.h"
#include "proxy/gatekeeper.h"
#include "proxy/request.h"
#include "proxy/shared_state.h"
#include "registry/upstream.h"

namespace proxy {

class Gate {
public:
    Gate(http::asio::io_context& io, http::asio::thread_pool& workers, SharedState& shared);

    // The http::Handler of this thread's listeners.
    http::Async<void> handle(http::Exchange& exchange);

private:
    struct Backend {  // this thread's side of one upstream
        std::unique_ptr<registry::Upstream> upstream;
        std::unique_ptr<Gatekeeper> gatekeeper;
    };
    http::Async<void> answer(Request& request, AccessRecord& access);
    http::Async<void> dispatch(RoutedRequest& routed, const registry::Route& route);

    SharedState& shared_;
    std::vector<Backend> backends_;  // in the order of the configuration's upstreams
};

}  // namespace proxy
