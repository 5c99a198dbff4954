// A client in its own loop, and the short ways to ask something of an upstream.
#pragma once

#include <memory>
#include <string>

#include "http/client.h"
#include "test/unit/http/raw_peers.h"

[[nodiscard]] http::RequestHead request(std::string method, std::string target = "/v2/");

struct Fetched {
    unsigned status = 0;
    std::string reason;
    http::Headers headers;
    std::string body;
};

class Fetcher {
public:
    explicit Fetcher(const std::string& url, std::shared_ptr<const http::ClientTls> tls = nullptr, http::ClientOptions options = {})
        : client(loop.io, loop.workers, http::Origin::parse(url).value(), std::move(tls), options) {}
    base::Result<Fetched> get(std::string target = "/v2/") { return send(request("GET", std::move(target))); }
    base::Result<Fetched> send(http::RequestHead head, http::BodySource* body = nullptr,
                               base::Deadline deadline = base::Deadline::after(10s)) {
        return loop.run(fetch(std::move(head), body, deadline));
    }
    Loop loop;
    http::Client client;

private:
    http::Async<Fetched> fetch(http::RequestHead head, http::BodySource* body, base::Deadline deadline);
};

// A whole answer with the body "ok".
inline const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
