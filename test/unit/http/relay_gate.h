// A server whose handler fetches from an upstream through a Client and streams the answer on.
#pragma once

#include <boost/asio/use_future.hpp>

#include "http/client.h"
#include "test/unit/http/raw_peers.h"

class RelayGate {
public:
    explicit RelayGate(const std::string& upstream_url, http::ServerOptions options = {}, http::ClientOptions client_options = {})
        : server([this](http::Exchange& exchange) { return pass(exchange); }, std::move(options)),
          client_(std::make_unique<http::Client>(server.io, server.workers, http::Origin::parse(upstream_url).value(), nullptr,
                                                 std::move(client_options))) {}
    ~RelayGate() {
        static_cast<void>(server.stop(0ms));
        auto dropped = http::asio::post(server.io, http::asio::use_future([this] { client_.reset(); }));
        dropped.get();
    }
    TestServer server;
    std::chrono::milliseconds time = 1h;  // of one exchange with the upstream

private:
    http::Async<void> pass(http::Exchange& exchange) {
        http::RequestHead head;
        head.method = exchange.head().method;
        head.target = exchange.head().target;
        http::BodySource* const body = exchange.body().length() == 0U ? nullptr : &exchange.body();
        CO_TRY(auto answer, co_await client_->send(std::move(head), body, base::Deadline::after(time)));
        http::ResponseHead out = answer.head();
        CO_TRY_VOID(co_await exchange.respond_stream(std::move(out), answer.body()));
        co_return base::Result<void>();
    }
    std::unique_ptr<http::Client> client_;
};
