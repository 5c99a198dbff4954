// A registry, a second server on another port, and an Upstream that talks to them, all on one io_context.
#pragma once

#include <boost/asio/thread_pool.hpp>

#include "registry/upstream.h"
#include "test/support/catch.h"
#include "test/unit/registry/error_code.h"
#include "test/unit/registry/scripted_server.h"

namespace test {

inline const registry::RepositoryName kName = registry::RepositoryName::parse("acme/app").value();
inline const std::string kImage = R"({"schemaVersion":2,"config":{"mediaType":"a/b","digest":")" + base::Digest::sha256_of({}).to_string() +
                                  R"(","size":0},"layers":[]})";
inline const base::Digest kSubject = base::Digest::sha256_of(base::as_bytes(kImage));

inline registry::Reference tag(const std::string& text) { return registry::Reference(registry::Tag::parse(text).value()); }
inline Reply image_reply() { return reply_with(200, "Content-Type", registry::kOciManifest, kImage); }
inline base::Deadline soon() { return base::Deadline::after(std::chrono::seconds(10)); }

struct UpstreamWorld {
    http::asio::io_context io{1};
    http::asio::thread_pool workers{1};
    ScriptedServer server;
    ScriptedServer other;
    std::shared_ptr<registry::UpstreamConfig> config;
    std::shared_ptr<registry::TokenCache> tokens = std::make_shared<registry::TokenCache>();
    std::optional<registry::Upstream> upstream;

    explicit UpstreamWorld(ScriptedServer::Script script, std::optional<registry::Credentials> credentials = std::nullopt)
        : server(io, std::move(script)), other(io, [](const http::RequestHead&) { return reply(404); }) {
        registry::UpstreamConfig settings{
            .origin = http::Origin::parse(server.url()).value(), .tls = nullptr, .credentials = std::move(credentials), .client = {}};
        config = std::make_shared<registry::UpstreamConfig>(std::move(settings));
        upstream.emplace(io, workers, config, tokens);
    }
    ~UpstreamWorld() {
        upstream.reset();
        workers.join();
    }
    UpstreamWorld(const UpstreamWorld&) = delete;
    UpstreamWorld& operator=(const UpstreamWorld&) = delete;

    base::Result<registry::FetchedManifest> manifest(const std::string& name = "v1") {
        return run(io, upstream->manifest(kName, tag(name), soon()));
    }
    base::Result<registry::ReferrersPage> referrers() { return run(io, upstream->referrers(kName, kSubject, soon())); }
    base::Result<base::Bytes> blob(const base::Digest& digest, std::size_t limit = 1024) {
        return run(io, upstream->blob(kName, digest, limit, soon()));
    }
    base::Result<http::ClientResponse> exchange(const std::string& method, const std::string& rest, http::BodySource* body = nullptr,
                                                bool push = false) {
        http::RequestHead head;
        head.method = method;
        head.target = "/v2/acme/app" + rest;
        return run(io, upstream->exchange(std::move(head), body, kName, push, soon()));
    }
};

}  // namespace test
