// A whole gate in this process, in front of a VectorRegistry, and a client to ask it with.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "http/message.h"
#include "proxy/app.h"
#include "test/support/vector_registry.h"

namespace test {

struct Reply {
    unsigned status = 0;
    std::string reason;
    http::Headers headers;
    std::string body;
};

// One request over a connection of its own, to a name that resolves to this machine. `target` as it shall be on the wire.
[[nodiscard]] Reply ask(std::uint16_t port, std::string_view method, std::string_view target, const http::Headers& headers = {},
                        std::string body = {}, const std::string& host = "127.0.0.1");

// As many clients at once as there are replies, each over a connection of its own.
[[nodiscard]] std::vector<Reply> ask_at_once(std::uint16_t port, std::size_t clients, const std::string& target);

// Parts of the configuration that a test may replace.
struct Setup {
    std::string server;     // further settings of [server]
    std::string upstreams;  // all [[upstream]] sections; empty: one, registry.example, the default
    std::string upstream;   // further settings of that one
    std::string cache;      // settings of [cache]
    unsigned threads = 1;
    base::Clock clock = base::system_now;
};

// An [[upstream]] section that leads to the registry; `found_by`: further settings.
[[nodiscard]] std::string upstream(const VectorRegistry& registry, const std::string& name, const std::string& found_by);

class Gate {
public:
    // `policy` is the [[policy]] and [default] part; the rest fits the registry. Trust "images" is test/data/images/trusted_root.json.
    Gate(const VectorRegistry& registry, std::string_view policy, std::string_view actions = "\"pull\"", const Setup& setup = {});
    ~Gate();

    [[nodiscard]] Reply get(std::string_view target, const http::Headers& headers = {}) const {
        return ask(port(), "GET", target, headers);
    }
    [[nodiscard]] Reply head(std::string_view target, const http::Headers& headers = {}) const {
        return ask(port(), "HEAD", target, headers);
    }
    [[nodiscard]] std::uint16_t port() const { return app_->ports().at(0); }
    [[nodiscard]] std::uint16_t admin_port() const { return app_->ports().at(1); }
    [[nodiscard]] std::string decisions() const;  // the decision log so far

private:
    std::string log_path_;
    std::unique_ptr<proxy::App> app_;
};

// Accepts foo@bar.com of https://accounts.example.com, as the e-mail vectors are signed.
extern const std::string kEmailPolicy;

}  // namespace test
