#include "proxy/app.h"

#include <atomic>
#include <thread>

#include "test/component/gate_fixture.h"
#include "test/support/catch.h"

using namespace test;
using namespace std::chrono_literals;

namespace {

std::unique_ptr<proxy::App> app_of(const std::string& server) {
    const auto text =
        "[server]\n" + server +
        "[admin]\nlisten = \"127.0.0.1:0\"\n[[upstream]]\nregistry = \"r.example\"\nurl = \"https://r.example\"\ndefault = true\n"
        "auth = \"anonymous\"\nblobs = \"open\"\n[clients]\nauth = [\"none\"]\n";
    const auto sink = proxy::LineSink::standard_error();
    return proxy::App::create(proxy::parse_config(text, "/gate.toml").value(), proxy::AppSinks{sink, sink}, base::system_now).value();
}

bool answers(std::uint16_t port) {
    try {
        return ask(port, "GET", "/v2/").status == 200;
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace

TEST_CASE("every listener has its port, in the order of the configuration, on every thread") {
    const auto threads = GENERATE("1", "3");
    const auto app = app_of("listen = [\"127.0.0.1:0\", \"127.0.0.1:0\"]\nthreads = " + std::string(threads) + "\n");
    REQUIRE(app->start());
    REQUIRE(app->ports().size() == 3);
    for (int i = 0; i < 8; ++i) CHECK((answers(app->ports()[0]) && answers(app->ports()[1])));
    CHECK(ask(app->ports()[2], "GET", "/readyz").status == 200);
}

TEST_CASE("an address that is not this machine's is an error of starting, and leaves nothing running") {
    const auto app = app_of("listen = [\"192.0.2.1:0\"]\n");
    const auto started = app->start();
    REQUIRE_FALSE(started);
    CHECK(started.error().message().find("192.0.2.1:0") != std::string::npos);
}

TEST_CASE("a gate that was never started can go, and one that was stopped can be stopped again") {
    static_cast<void>(app_of("listen = [\"127.0.0.1:0\"]\n"));
    const auto app = app_of("listen = [\"127.0.0.1:0\"]\ndrain = \"1s\"\n");
    REQUIRE(app->start());
    const auto ports = app->ports();
    CHECK(answers(ports[0]));
    app->stop();
    app->stop();
    CHECK_FALSE(answers(ports[0]));
    CHECK_FALSE(answers(ports[1]));
}

TEST_CASE("a stopping gate lets a request finish, and breaks off what outlasts the drain") {
    const auto [takes, status] = GENERATE(table<std::chrono::milliseconds, unsigned>({{600ms, 200U}, {3000ms, 0U}}));
    VectorRegistry registry(false);
    const auto digest = registry.load("signed-rekor2-email", "acme/app");
    std::atomic<bool> waits = false;
    registry.intercept([&waits, time = takes](const http::RequestHead& head) -> std::optional<Answer> {
        if (head.target.find("/blobs/") == std::string::npos) return std::nullopt;
        waits = true;
        std::this_thread::sleep_for(time);
        return std::nullopt;
    });
    auto gate = std::make_unique<Gate>(registry, kEmailPolicy);
    unsigned seen = 1;
    std::thread client([&, port = gate->port()] {
        try {
            seen = ask(port, "GET", "/v2/acme/app/manifests/" + digest).status;
        } catch (const std::exception&) {
            seen = 0;  // broken off without an answer
        }
    });
    while (!waits) std::this_thread::sleep_for(1ms);
    const auto before = std::chrono::steady_clock::now();
    gate.reset();  // a drain of one second
    CHECK(std::chrono::steady_clock::now() - before < 2500ms);
    client.join();
    CHECK(seen == status);
}
