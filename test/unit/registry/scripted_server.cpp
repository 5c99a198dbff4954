#include "test/unit/registry/scripted_server.h"

#include <boost/asio/steady_timer.hpp>

namespace test {
namespace {

constexpr std::size_t kBodyLimit = 16 * 1024 * 1024;

class SlowBody final : public http::BodySource {
public:
    SlowBody(http::asio::io_context& io, std::chrono::milliseconds pause) : timer_(io), pause_(pause) {}
    http::Async<std::size_t> read(std::span<std::uint8_t> into) override {
        timer_.expires_after(pause_);
        co_await timer_.async_wait(http::kAsTuple);
        into[0] = 'x';
        co_return std::size_t{1};
    }
    [[nodiscard]] std::optional<std::uint64_t> length() const override { return std::nullopt; }

private:
    http::asio::steady_timer timer_;
    std::chrono::milliseconds pause_;
};

}  // namespace

Reply reply(unsigned status, std::string body) {
    Reply result;
    result.status = status;
    result.body = std::move(body);
    return result;
}

Reply reply_with(unsigned status, std::string_view field, std::string_view value, std::string body) {
    auto result = reply(status, std::move(body));
    result.headers.add(field, value);
    return result;
}

ScriptedServer::ScriptedServer(http::asio::io_context& io, Script script)
    : script_(std::move(script)),
      server_(
          io, http::ServerOptions(), [this](http::Exchange& exchange) { return handle(exchange); },
          [](std::string_view, std::string_view) {}) {
    port_ = server_.listen(http::Listener{"127.0.0.1:0", nullptr}).value();
}

std::vector<std::string> ScriptedServer::lines() const {
    std::vector<std::string> result;
    for (const auto& request : requests_) result.push_back(request.line());
    return result;
}

http::Async<void> ScriptedServer::handle(http::Exchange& exchange) {
    auto answer = script_(exchange.head());
    requests_.push_back(Request{exchange.head(), {}});
    const auto position = requests_.size() - 1;
    if (answer.read_body_first) {
        CO_TRY(const auto body, co_await http::read_all(exchange.body(), kBodyLimit));
        requests_[position].body = base::as_text(body);
    }
    http::ResponseHead head;
    head.status = answer.status;
    head.headers = std::move(answer.headers);
    if (answer.stream) co_return co_await exchange.respond_stream(std::move(head), *answer.stream);
    co_return co_await exchange.respond(std::move(head), base::as_bytes(answer.body));
}

std::unique_ptr<http::BodySource> slow_body(http::asio::io_context& io, std::chrono::milliseconds pause) {
    return std::make_unique<SlowBody>(io, pause);
}

}  // namespace test
