// A client, a gate that relays as proxy/blobs and proxy/uploads do, a registry with a token service, and an object
// store that it redirects to: all on one io_context, so that the operations of a scenario always come in the same order
// and one of them can be made to go wrong.
#pragma once

#include <boost/asio/thread_pool.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/client.h"
#include "http/server.h"
#include "http/stream_faults.h"
#include "registry/upstream.h"

namespace test {

enum class Wire { plain, tls };
enum class Place { client, gate, upstream, registry };  // whose streams go wrong; `upstream` are the gate's own to the registry

// The n-th operation, counted from 0, goes wrong; all others are as they should be.
class FaultAt final : public http::StreamFaults {
public:
    FaultAt(std::size_t position, Fault fault) : position_(position), fault_(fault) {}
    [[nodiscard]] Fault next(Operation) override { return !off_ && count_++ == position_ ? fault_ : Fault::none; }
    [[nodiscard]] bool happened() const { return count_ > position_; }
    void turn_off() { off_ = true; }

private:
    std::size_t position_;
    Fault fault_;
    std::size_t count_ = 0;
    bool off_ = false;
};

struct Ask {
    std::string method = "GET";
    std::string rest = {};  // of the target, behind /v2/acme/app
    std::string body = {};
    bool chunked = false;  // the body, which then cannot be sent again
    bool expect = false;   // 100-continue
};

struct Told {
    unsigned status = 0;  // 0: no whole answer came
    std::string body = {};
};

class FaultyWorld {
public:
    FaultyWorld(Wire wire, Place place, std::shared_ptr<FaultAt> faults);
    ~FaultyWorld();
    FaultyWorld(const FaultyWorld&) = delete;
    FaultyWorld& operator=(const FaultyWorld&) = delete;

    // Through the client, which keeps its connections; throws if nothing at all comes of it in time.
    [[nodiscard]] Told ask(const Ask& ask);
    [[nodiscard]] const std::vector<std::string>& uploads() const { return uploads_; }  // the bodies that the registry took whole
    // Drops the client, then the gate's connections; false if a server keeps one that nobody uses.
    [[nodiscard]] bool comes_to_rest();

    // What the registry has, and what a right answer is.
    [[nodiscard]] static const std::string& small();
    [[nodiscard]] static const std::string& large();  // many reads long

private:
    http::Async<void> serve_gate(http::Exchange& exchange);
    http::Async<void> serve_registry(http::Exchange& exchange);
    http::Async<void> serve_store(http::Exchange& exchange);
    http::Async<Told> send(Ask ask);
    [[nodiscard]] bool idle(const http::Server& server);

    http::asio::io_context io_{1};
    http::asio::thread_pool workers_{1};
    std::vector<std::string> uploads_;
    std::optional<http::Server> store_;
    std::optional<http::Server> registry_;
    std::optional<http::Server> gate_;
    std::string store_url_;
    std::string registry_url_;
    std::shared_ptr<registry::TokenCache> tokens_ = std::make_shared<registry::TokenCache>();
    std::optional<registry::Upstream> upstream_;
    std::optional<http::Client> client_;
};

}  // namespace test
