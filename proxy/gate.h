// The request path on one screen: name it, find its route, its upstream and its rights, dispatch, log. One Gate per thread.
#pragma once

#include <memory>
#include <vector>

#include "http/server.h"
#include "proxy/background.h"
#include "proxy/collector.h"
#include "proxy/gatekeeper.h"
#include "proxy/manifest_cache.h"
#include "proxy/ready_pulls.h"
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
    // What this thread's listeners may answer without the handler.
    [[nodiscard]] std::shared_ptr<http::ReadyAnswers> ready() const { return ready_; }
    // Ends what goes on in the background; to be awaited, once no request is left, before this object goes.
    http::asio::awaitable<void> stop();

private:
    // This thread's side of one upstream; the later ones refer to the earlier ones.
    struct Backend {
        Backend(http::asio::io_context& io, Pools pools, SharedState& shared, std::size_t number, Background& background);
        registry::Upstream upstream;
        Manifests manifests;
        Collector collector;
        Gatekeeper gatekeeper;
    };
    http::Async<void> answer(Request& request, AccessRecord& access);
    void write_access(const AccessRecord& access);
    http::Async<void> dispatch(RoutedRequest& routed, const registry::Route& route);

    SharedState& shared_;
    http::asio::thread_pool& workers_;
    Background background_;
    LogBuffers logs_;
    std::shared_ptr<ReadyPulls> ready_;
    std::vector<std::unique_ptr<Backend>> backends_;  // in the order of the configuration's upstreams
};

}  // namespace proxy
