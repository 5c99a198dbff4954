// The connections of one thread to a registry and to the hosts that it redirects to or names as its token service.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/time.h"
#include "http/async.h"
#include "http/client.h"
#include "registry/reach.h"
#include "registry/url.h"

namespace registry {

struct Answer {
    http::ClientResponse response;
    Url url;  // of the last hop
};

class Transport {
public:
    // `tls` as for the registry; where it is null, https hosts are verified against the system's store.
    Transport(http::asio::io_context& io, http::asio::thread_pool& workers, http::Origin registry, Reach reach,
              std::shared_ptr<const http::ClientTls> tls, http::ClientOptions options);

    // One request; redirects are handed back.
    http::Async<Answer> send(Url url, http::RequestHead head, http::BodySource* body, base::Deadline deadline);
    // A request without a body, and at most five redirects. Authorization is dropped for good at the first hop to another origin.
    http::Async<Answer> send_following(Url url, http::RequestHead head, base::Deadline deadline);

    [[nodiscard]] const http::Origin& registry() const { return registry_; }
    [[nodiscard]] const Reach& reach() const { return reach_; }

private:
    base::Result<std::shared_ptr<http::Client>> client(const http::Origin& origin);
    base::Result<std::shared_ptr<const http::ClientTls>> tls_for(const http::Origin& origin);

    http::asio::io_context& io_;
    http::asio::thread_pool& workers_;
    http::Origin registry_;
    Reach reach_;
    std::shared_ptr<const http::ClientTls> tls_;
    http::ClientOptions options_;
    std::map<std::string, std::shared_ptr<http::Client>> clients_;  // by origin URL, which decides the proxy too
};

// "429 Too Many Requests", for messages; in the standard's words, since the registry's own may be of any length.
[[nodiscard]] std::string status_text(unsigned status);

// Reads a small body to its end, so that its connection can be used again; what is larger or slow is given up with the connection.
http::asio::awaitable<void> drain(http::ClientResponse response);

}  // namespace registry
