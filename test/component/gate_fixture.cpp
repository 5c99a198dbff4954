#include "test/component/gate_fixture.h"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "base/file.h"
#include "http/client.h"

namespace test {
namespace {

struct AskState {
    Reply reply;
    std::string problem;
};

http::Async<Reply> exchange(http::Client& client, http::RequestHead head, http::BodySource* body) {
    CO_TRY(auto answer, co_await client.send(std::move(head), body, base::Deadline::after(std::chrono::seconds(60))));
    Reply reply;
    reply.status = answer.head().status;
    reply.reason = answer.head().reason;
    reply.headers = answer.head().headers;
    CO_TRY(const auto content, co_await http::read_all(answer.body(), 64 * 1024 * 1024));
    reply.body = base::as_text(content);
    co_return reply;
}

http::asio::awaitable<void> run(http::Client& client, http::RequestHead head, http::BodySource* body, AskState& state) {
    auto reply = co_await exchange(client, std::move(head), body);
    if (reply) {
        state.reply = *std::move(reply);
    } else {
        state.problem = reply.error().message();
    }
}

}  // namespace

const std::string kEmailPolicy = R"(
[[policy]]
name = "signed-images"
repositories = ["**"]
trust = ["images"]
  [[policy.signer]]
  name = "foo"
  issuer = "https://accounts.example.com"
  subject = "foo@bar.com"
)";

Reply ask(std::uint16_t port, std::string_view method, std::string_view target, const http::Headers& headers, std::string body,
          const std::string& host) {
    http::asio::io_context io{1};
    http::asio::thread_pool workers{1};
    AskState state;
    {
        http::Client client(io, workers, http::Origin::parse("http://" + host + ":" + std::to_string(port)).value(), nullptr);
        http::RequestHead head;
        head.method = method;
        head.target = target;
        head.headers = headers;
        http::BytesBody content(base::to_bytes(body));
        auto* source = body.empty() ? nullptr : &content;
        http::asio::co_spawn(io, run(client, std::move(head), source, state), [](const std::exception_ptr&) {});
        while (state.reply.status == 0 && state.problem.empty()) io.run_one();
    }
    io.poll();
    if (!state.problem.empty()) throw std::runtime_error(state.problem);
    return state.reply;
}

std::vector<Reply> ask_at_once(std::uint16_t port, std::size_t clients, const std::string& target) {
    http::asio::io_context io{1};
    http::asio::thread_pool workers{1};
    std::vector<AskState> states(clients);
    {
        const auto origin = http::Origin::parse("http://127.0.0.1:" + std::to_string(port)).value();
        std::vector<std::unique_ptr<http::Client>> all;
        for (auto& state : states) {
            all.push_back(std::make_unique<http::Client>(io, workers, origin, nullptr));
            http::RequestHead head;
            head.method = "GET";
            head.target = target;
            http::asio::co_spawn(io, run(*all.back(), std::move(head), nullptr, state), [](const std::exception_ptr&) {});
        }
        const auto is_done = [](const AskState& state) { return state.reply.status != 0 || !state.problem.empty(); };
        while (!std::ranges::all_of(states, is_done)) io.run_one();
    }
    io.poll();
    std::vector<Reply> replies;
    for (auto& state : states) {
        if (!state.problem.empty()) throw std::runtime_error(state.problem);
        replies.push_back(std::move(state.reply));
    }
    return replies;
}

std::string upstream(const VectorRegistry& registry, const std::string& name, const std::string& found_by) {
    return "[[upstream]]\nregistry = \"" + name + "\"\nurl = \"http://" + registry.host() + "\"\nauth = \"anonymous\"\nblobs = \"open\"\n" +
           found_by + "\n";
}

Gate::Gate(const VectorRegistry& registry, std::string_view policy, std::string_view actions, const Setup& setup) {
    log_path_ = (std::filesystem::temp_directory_path() / ("countersign-gate-" + std::to_string(registry.port()))).string();
    std::filesystem::remove(log_path_);
    const auto only_upstream = "[[upstream]]\nregistry = \"registry.example\"\nurl = \"http://" + registry.host() +
                               "\"\ndefault = true\nauth = \"anonymous\"\nblobs = \"open\"\n" + setup.upstream;
    const std::string text =
        "[server]\nlisten = [\"127.0.0.1:0\"]\nthreads = " + std::to_string(setup.threads) + "\ndrain = \"1s\"\n" + setup.server +
        "[admin]\nlisten = \"127.0.0.1:0\"\n[cache]\n" + setup.cache + (setup.upstreams.empty() ? only_upstream : setup.upstreams) +
        "[clients]\nauth = [\"none\"]\n[[clients.grant]]\nwho = \"anonymous\"\nrepositories = [\"**\"]\nactions = [" +
        std::string(actions) + "]\n[trust.images]\ntrusted_root = \"" + images_folder() + "/trusted_root.json\"\n" + std::string(policy);
    auto config = proxy::parse_config(text, "/component.toml");
    if (!config) throw std::runtime_error(config.error().front().text());
    auto sink = proxy::LineSink::file(log_path_);
    auto app = proxy::App::create(*std::move(config), proxy::AppSinks{sink.value(), sink.value()}, setup.clock);
    if (!app) throw std::runtime_error(app.error().front().text());
    app_ = *std::move(app);
    if (const auto started = app_->start(); !started) throw std::runtime_error(started.error().message());
}

Gate::~Gate() {
    app_->stop();
    std::filesystem::remove(log_path_);
}

std::string Gate::decisions() const {
    const auto content = base::read_file(log_path_, 16 * 1024 * 1024);
    return content ? std::string(base::as_text(*content)) : std::string();
}

}  // namespace test
