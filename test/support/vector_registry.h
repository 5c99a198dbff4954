// A small registry in this process that serves the image vectors of test/data/images: manifests, blobs, the fallback tag and, on demand,
// the referrers API. A test can put its own answer in front of any request, to be the hostile or broken registry of its case.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "http/server.h"
#include "registry/manifest.h"

namespace test {

[[nodiscard]] std::string images_folder();  // test/data/images

struct Answer {
    unsigned status = 200;
    http::Headers headers;
    base::Bytes body;
};

class VectorRegistry {
public:
    using Intercept = std::function<std::optional<Answer>(const http::RequestHead&)>;

    explicit VectorRegistry(bool referrers_api);
    ~VectorRegistry();
    VectorRegistry(const VectorRegistry&) = delete;
    VectorRegistry& operator=(const VectorRegistry&) = delete;

    // Loads a vector into a repository with the tags of its refs.json; returns the digest of its image.
    std::string load(const std::string& vector, const std::string& repository);
    std::string put_manifest(const std::string& repository, const std::string& media_type, const std::string& json);  // its digest
    std::string put_blob(const std::string& repository, base::Bytes content);
    void tag(const std::string& repository, const std::string& tag, const std::string& digest);
    void intercept(Intercept function);

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
    [[nodiscard]] std::vector<std::string> requests() const;  // "GET /v2/…"
    void forget_requests();

private:
    struct Stored {
        std::string media_type;
        base::Bytes bytes;
    };
    struct Repository {
        std::map<std::string, Stored> manifests;  // by digest
        std::map<std::string, std::string> tags;
        std::map<std::string, base::Bytes> blobs;
    };
    [[nodiscard]] Answer answer(const http::RequestHead& head);
    [[nodiscard]] Answer manifest(const std::string& repository, const std::string& reference);
    [[nodiscard]] Answer referrers(const std::string& repository, const std::string& subject);
    http::Async<void> handle(http::Exchange& exchange);

    const bool referrers_api_;
    mutable std::mutex mutex_;
    std::map<std::string, Repository> repositories_;
    std::vector<std::string> requests_;
    Intercept intercept_;
    http::asio::io_context io_;
    std::unique_ptr<http::Server> server_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

}  // namespace test
