// The admin listener: /healthz says that the process answers, /readyz that it takes requests. Nothing else, and never on the listeners
// that clients use.
#pragma once

#include <atomic>

#include "http/server.h"

namespace proxy {

class Admin {
public:
    void set_ready(bool ready) { ready_.store(ready, std::memory_order_relaxed); }
    http::Async<void> handle(http::Exchange& exchange);

private:
    std::atomic<bool> ready_ = false;
};

}  // namespace proxy
