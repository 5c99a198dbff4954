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

// Name resolution blocks for as long as a name server likes: with threads of its own it cannot hold up verification.
struct Pools {
    http::asio::thread_pool& workers;
    http::asio::thread_pool& resolvers;
};

class Gate {
public:
    Gate(http::asio::io_context& io, Pools pools, SharedState& shared);

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
    http::asio::thread_pool& workers_;
    std::vector<Backend> backends_;  // in the order of the configuration's upstreams
};

}  // namespace proxy
