#include "proxy/app.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <future>
#include <optional>
#include <thread>

#include "base/open_files.h"
#include "http/server.h"
#include "proxy/admin.h"
#include "proxy/gate.h"
#include "proxy/setup.h"
#include "proxy/shared_state.h"

namespace proxy {
namespace {

namespace asio = http::asio;

constexpr std::size_t kWorkers = 4;    // verifications at one time
constexpr std::size_t kResolvers = 4;  // name look-ups at one time
constexpr int kExitDone = 0;
constexpr int kExitConfiguration = 2;

// One thread of the gate with everything that lives on it. Order matters: what holds sockets dies before the io_context.
struct ServingThread {
    ServingThread(Pools pools, SharedState& shared, const http::Report& report)
        : io(1), work(asio::make_work_guard(io)), gate(std::make_unique<Gate>(io, pools, shared)) {
        auto handler = [g = gate.get()](http::Exchange& exchange) { return g->handle(exchange); };
        http::ServerOptions options;
        options.ready = gate->ready();
        server = std::make_unique<http::Server>(io, std::move(options), std::move(handler), report);
    }

    asio::io_context io;
    asio::executor_work_guard<asio::io_context::executor_type> work;
    std::unique_ptr<Gate> gate;
    std::unique_ptr<http::Server> server;
    std::thread thread;
};

asio::awaitable<void> stop_thread(ServingThread& thread, std::chrono::milliseconds drain) {
    co_await thread.server->stop(drain);
    co_await thread.gate->stop();
    thread.io.stop();
}

// Destroys what holds sockets while its io_context still exists, then lets cancelled operations finish.
template <typename... Owners>
void release(asio::io_context& io, Owners&... owners) {
    (owners.reset(), ...);
    io.restart();
    io.poll();
}

// "127.0.0.1:0" with the port that the first thread was given.
std::string with_port(const std::string& address, std::uint16_t port) {
    return address.substr(0, address.rfind(':') + 1) + std::to_string(port);
}

}  // namespace

struct App::State {
    State(std::unique_ptr<SharedState> shared_state, std::vector<http::Listener> bound_listeners)
        : shared(std::move(shared_state)), listeners(std::move(bound_listeners)), admin_io(1), workers(kWorkers), resolvers(kResolvers) {}

    std::unique_ptr<SharedState> shared;
    std::vector<http::Listener> listeners;
    std::vector<std::uint16_t> ports;
    asio::io_context admin_io;
    asio::thread_pool workers;
    asio::thread_pool resolvers;
    Admin admin;
    std::unique_ptr<http::Server> admin_server;
    std::vector<std::unique_ptr<ServingThread>> threads;
    std::thread admin_thread;
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> admin_work;
    bool running = false;
    asio::io_context signals_io{1};
    asio::signal_set signals{signals_io};

    http::Report report() {
        return [this](std::string_view peer, std::string_view what) { shared->log.info(std::string(peer) + ": " + std::string(what)); };
    }
    void warn() const;
    base::Result<void> bind_all();
    base::Result<void> bind_admin();
};

// What someone should look at this week.
void App::State::warn() const {
    for (const auto& rule : shared->policies.rules()) {
        if (const auto text = expiry_warning(rule, shared->clock()); !text.empty()) shared->log.warn(text);
    }
    for (const auto& trust : shared->config.trusts) {
        const auto* named = shared->trust.find(trust.name);
        for (const auto& text : named->root->warnings()) shared->log.warn("trust " + trust.name + ": " + text);
    }
}

base::Result<void> App::State::bind_all() {
    const auto configured = shared->config.server.threads;
    const auto count = configured != 0 ? configured : std::max(1U, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < count; ++i) {
        const Pools pools{workers, resolvers};
        threads.push_back(std::make_unique<ServingThread>(pools, *shared, report()));
        for (auto& listener : listeners) {
            TRY(const auto port, threads.back()->server->listen(listener));
            if (i > 0) continue;
            ports.push_back(port);
            listener.address = with_port(listener.address, port);
        }
    }
    return {};
}

base::Result<void> App::State::bind_admin() {
    if (!shared->config.admin.listen) return {};
    auto handler = [this](http::Exchange& exchange) { return admin.handle(exchange); };
    admin_server = std::make_unique<http::Server>(admin_io, http::ServerOptions(), std::move(handler), report());
    http::Listener listener{*shared->config.admin.listen, nullptr};
    TRY(const auto port, admin_server->listen(listener));
    ports.push_back(port);
    return {};
}

App::App(std::unique_ptr<State> state) : state_(std::move(state)) {}

App::~App() {
    stop();
    // Servers that never ran hold sockets too.
    for (auto& thread : state_->threads) release(thread->io, thread->server, thread->gate);
    release(state_->admin_io, state_->admin_server);
}

std::expected<std::unique_ptr<App>, Problems> App::create(Config config, AppSinks sinks, base::Clock clock) {
    Problems problems;
    auto listeners = make_listeners(config, problems);
    auto shared = make_shared_state(std::move(config), std::move(sinks), std::move(clock), problems);
    if (!problems.empty()) return std::unexpected(std::move(problems));
    auto state = std::make_unique<State>(std::move(shared), std::move(listeners));
    return std::unique_ptr<App>(new App(std::move(state)));
}

base::Result<void> App::start() {
    // Before any thread: from the first accepted connection on, a signal means a drain. A reader of the logs that goes away is no
    // reason to end.
    std::signal(SIGPIPE, SIG_IGN);
    state_->signals.add(SIGINT);
    state_->signals.add(SIGTERM);
    state_->signals.async_wait([](const boost::system::error_code&, int) {});
    TRY_VOID(state_->bind_all());
    TRY_VOID(state_->bind_admin());
    for (auto& thread : state_->threads) {
        thread->thread = std::thread([io = &thread->io] { io->run(); });
    }
    state_->admin_work.emplace(asio::make_work_guard(state_->admin_io));
    state_->admin_thread = std::thread([io = &state_->admin_io] { io->run(); });
    state_->running = true;
    state_->warn();
    state_->admin.set_ready(true);
    for (std::size_t i = 0; i < state_->listeners.size(); ++i) {
        const auto& listener = state_->listeners[i];
        state_->shared->log.info("listening on " + listener.address + (listener.tls ? " (TLS)" : ""));
    }
    return {};
}

const std::vector<std::uint16_t>& App::ports() const { return state_->ports; }

void App::wait_for_signal() { state_->signals_io.run(); }

void App::stop() {
    if (!state_->running) return;
    state_->running = false;
    state_->admin.set_ready(false);
    const auto drain = state_->shared->config.server.drain;
    state_->shared->log.info("stopping: requests have " + std::to_string(drain.count() / 1000) + " s to finish");
    for (auto& thread : state_->threads) {
        auto stopping = stop_thread(*thread, drain);
        asio::co_spawn(thread->io, std::move(stopping), [](const std::exception_ptr&) {});
    }
    for (auto& thread : state_->threads) thread->thread.join();
    // No request is left, so no job can be under way; joining proves it before anything that a job refers to is destroyed.
    state_->workers.join();
    state_->resolvers.join();
    for (auto& thread : state_->threads) release(thread->io, thread->server, thread->gate);
    state_->admin_io.stop();
    state_->admin_thread.join();
    release(state_->admin_io, state_->admin_server);
}

int serve(Config config) {
    auto sinks = AppSinks{LineSink::standard_output(), LineSink::standard_error()};
    auto app = App::create(std::move(config), std::move(sinks), base::system_now);
    if (!app) {
        for (const auto& problem : app.error()) std::fprintf(stderr, "%s\n", problem.text().c_str());
        return kExitConfiguration;
    }
    // A relay takes two sockets, and a pipe where neither is TLS.
    if (const auto limit = base::allow_most_open_files(); !limit)
        std::fprintf(stderr, "countersign: %s\n", limit.error().message().c_str());
    if (const auto started = (*app)->start(); !started) {
        std::fprintf(stderr, "countersign: %s\n", started.error().message().c_str());
        return kExitConfiguration;
    }
    (*app)->wait_for_signal();
    (*app)->stop();
    return kExitDone;
}

}  // namespace proxy
