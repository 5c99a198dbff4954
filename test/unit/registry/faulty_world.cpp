#include "test/unit/registry/faulty_world.h"

#include <boost/asio/co_spawn.hpp>

#include <stdexcept>

#include "test/unit/http/certificates.h"

namespace test {
namespace {

using base::Result;

constexpr std::chrono::seconds kPatience{20};  // of a test, with what has ended
constexpr std::size_t kLimit = 4 * 1024 * 1024;

const registry::RepositoryName& repository() {
    static const auto name = registry::RepositoryName::parse("acme/app").value();
    return name;
}

// One certificate for all servers of all worlds: making keys takes longer than the tests.
struct Certificates {
    TestFolder folder;
    std::shared_ptr<http::ServerTls> server;
    std::shared_ptr<const http::ClientTls> client;
    Certificates() {
        const auto authority = TestCertificate::authority("ca");
        authority.write(folder.path() / "ca");
        authority.issue("IP:127.0.0.1").write(folder.path() / "tls");
        server = http::ServerTls::create({folder.path() / "tls.crt", folder.path() / "tls.key"}).value();
        client = http::ClientTls::create(folder.path() / "ca.crt").value();
    }
};

const Certificates& certificates() {
    static const Certificates made;
    return made;
}

std::shared_ptr<const http::ClientTls> client_tls(Wire wire) { return wire == Wire::tls ? certificates().client : nullptr; }

http::ServerOptions server_options(std::shared_ptr<http::StreamFaults> faults) {
    http::ServerOptions options;
    options.faults = std::move(faults);
    return options;
}

http::ClientOptions client_options(std::shared_ptr<http::StreamFaults> faults) {
    http::ClientOptions options;
    options.faults = std::move(faults);
    return options;
}

// A body of chunks, which is gone once it was read.
class OnceBody final : public http::BodySource {
public:
    explicit OnceBody(std::string content) : content_(base::to_bytes(content)) {}
    http::Async<std::size_t> read(std::span<std::uint8_t> into) override { return content_.read(into); }
    [[nodiscard]] std::optional<std::uint64_t> length() const override { return std::nullopt; }

private:
    http::BytesBody content_;
};

http::ResponseHead head_of(unsigned status) {
    http::ResponseHead head;
    head.status = status;
    return head;
}

void refuse_silently(std::string_view, std::string_view) {}

}  // namespace

const std::string& FaultyWorld::small() {
    static const std::string content = "a small answer";
    return content;
}

const std::string& FaultyWorld::large() {
    static const std::string content = [] {
        std::string text;
        for (int i = 0; text.size() < 200'000; ++i) text += std::to_string(i) + " ";
        return text;
    }();
    return content;
}

FaultyWorld::FaultyWorld(Wire wire, Place place, std::shared_ptr<FaultAt> faults) {
    const auto at = [&](Place wanted) { return place == wanted ? faults : nullptr; };
    const auto start = [&](std::optional<http::Server>& server, Place mine, http::Handler handler) {
        server.emplace(io_, server_options(at(mine)), std::move(handler), refuse_silently);
        const http::Listener listener{"127.0.0.1:0", wire == Wire::tls ? certificates().server : nullptr};
        return (wire == Wire::tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(server->listen(listener).value());
    };
    store_url_ = start(store_, Place::registry, [this](http::Exchange& exchange) { return serve_store(exchange); });
    registry_url_ = start(registry_, Place::registry, [this](http::Exchange& exchange) { return serve_registry(exchange); });
    const auto gate_url = start(gate_, Place::gate, [this](http::Exchange& exchange) { return serve_gate(exchange); });
    registry::UpstreamConfig settings{.origin = http::Origin::parse(registry_url_).value(),
                                      .tls = client_tls(wire),
                                      .credentials = std::nullopt,
                                      .client = client_options(at(Place::upstream))};
    upstream_.emplace(io_, workers_, std::make_shared<registry::UpstreamConfig>(std::move(settings)), tokens_);
    client_.emplace(io_, workers_, http::Origin::parse(gate_url).value(), client_tls(wire), client_options(at(Place::client)));
}

FaultyWorld::~FaultyWorld() {
    client_.reset();
    upstream_.reset();
    workers_.join();
    // Connections own each other's ends through the loop: let them see it.
    auto stopped = [this]() -> http::asio::awaitable<void> {
        for (auto* server : {&*gate_, &*registry_, &*store_}) co_await server->stop(std::chrono::milliseconds(0));
    };
    http::asio::co_spawn(io_, stopped, [](const std::exception_ptr&) {});
    io_.restart();
    io_.run_for(kPatience);
}

// As the gate relays: what comes of the registry goes to the client; what does not come is 502.
http::Async<void> FaultyWorld::serve_gate(http::Exchange& exchange) {
    const auto& asked = exchange.head();
    http::RequestHead head;
    head.method = asked.method;
    head.target = asked.target;
    const bool reading = asked.method == "GET" || asked.method == "HEAD";
    auto* const body = reading ? nullptr : &exchange.body();
    auto answer = co_await upstream_->exchange(std::move(head), body, repository(), !reading, base::Deadline::after(kPatience));
    if (!answer) {
        const auto text = "502: " + answer.error().message();
        co_return co_await exchange.respond(head_of(502), base::as_bytes(text));
    }
    co_return co_await exchange.respond_stream(head_of(answer->head().status), answer->body());
}

http::Async<void> FaultyWorld::serve_registry(http::Exchange& exchange) {
    const std::string target = exchange.head().target;
    const auto ends = [&](std::string_view end) { return target.ends_with(end); };
    if (target.starts_with("/token")) {
        static constexpr std::string_view kToken = R"({"token":"good"})";
        co_return co_await exchange.respond(head_of(200), base::as_bytes(kToken));
    }
    auto head = head_of(200);
    if (ends("/secret") && exchange.head().headers.joined("Authorization") != "Bearer good") {
        head.status = 401;
        head.headers.set("WWW-Authenticate", "Bearer realm=\"" + registry_url_ + "/token\",service=\"test\"");
        co_return co_await exchange.respond(std::move(head), base::BytesView());
    }
    if (ends("/elsewhere")) {
        head.status = 307;
        head.headers.set("Location", store_url_ + "/object");
        co_return co_await exchange.respond(std::move(head), base::BytesView());
    }
    if (exchange.head().method == "POST" || exchange.head().method == "PUT") {
        CO_TRY(const auto body, co_await http::read_all(exchange.body(), kLimit));
        uploads_.emplace_back(base::as_text(body));
        co_return co_await exchange.respond(head_of(201), base::BytesView());
    }
    if (ends("/chunked")) {
        OnceBody body(large());
        co_return co_await exchange.respond_stream(std::move(head), body);
    }
    const auto& content = ends("/large") ? large() : small();
    co_return co_await exchange.respond(std::move(head), base::as_bytes(content));
}

http::Async<void> FaultyWorld::serve_store(http::Exchange& exchange) {
    co_return co_await exchange.respond(head_of(200), base::as_bytes(large()));
}

http::Async<Told> FaultyWorld::send(Ask ask) {
    http::RequestHead head;
    head.method = ask.method;
    head.target = "/v2/acme/app" + ask.rest;
    if (ask.expect) head.headers.set("Expect", "100-continue");
    http::BytesBody whole(base::to_bytes(ask.body));
    OnceBody once(ask.body);
    http::BodySource* body = ask.chunked ? static_cast<http::BodySource*>(&once) : &whole;
    if (ask.body.empty()) body = nullptr;
    CO_TRY(auto answer, co_await client_->send(std::move(head), body, base::Deadline::after(kPatience)));
    CO_TRY(const auto content, co_await http::read_all(answer.body(), kLimit));
    Told told;
    told.status = answer.head().status;
    told.body = base::as_text(content);
    co_return told;
}

Told FaultyWorld::ask(const Ask& ask) {
    // Shared: a request that hangs outlives this call.
    struct Progress {
        std::optional<Result<Told>> result;
        bool ended = false;
    };
    const auto progress = std::make_shared<Progress>();
    auto body = [this, progress, asked = ask]() -> http::asio::awaitable<void> { progress->result.emplace(co_await send(asked)); };
    http::asio::co_spawn(io_, body, [progress](const std::exception_ptr&) { progress->ended = true; });
    io_.restart();
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (!progress->ended) {
        io_.run_one_until(until);
        if (!progress->ended && std::chrono::steady_clock::now() >= until)
            throw std::runtime_error("neither an answer nor an error in time");
    }
    if (!progress->result) throw std::runtime_error("the client threw");
    return progress->result->value_or(Told{});
}

bool FaultyWorld::idle(const http::Server& server) {
    io_.restart();
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (server.connections() > 0 && std::chrono::steady_clock::now() < until) io_.run_one_for(std::chrono::milliseconds(50));
    return server.connections() == 0;
}

bool FaultyWorld::comes_to_rest() {
    client_.reset();
    const bool gate = idle(*gate_);
    upstream_.reset();
    return gate && idle(*registry_) && idle(*store_);
}

}  // namespace test
