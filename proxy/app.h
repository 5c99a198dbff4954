// A running gate: everything that `countersign serve` owns. Built from a checked configuration, started, drained and stopped.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "proxy/config.h"
#include "proxy/log.h"

namespace proxy {

struct AppSinks {
    std::shared_ptr<LineSink> access;     // and decisions, where the configuration names no file for them
    std::shared_ptr<LineSink> operation;  // messages
};

class App {
public:
    // Reads trusted roots, CA files and certificates; every problem at once, each pointing at its line of the configuration.
    [[nodiscard]] static std::expected<std::unique_ptr<App>, Problems> create(Config config, AppSinks sinks, base::Clock clock);
    ~App();
    App(const App&) = delete;
    App& operator=(const App&) = delete;

    // Binds all listeners and starts the threads. Error: an address that cannot be bound.
    [[nodiscard]] base::Result<void> start();
    // Ports in the order of server.listen, then server.tls_listen, then the admin listener: where the file says 0, the one taken.
    [[nodiscard]] const std::vector<std::uint16_t>& ports() const;
    // Blocks until SIGINT or SIGTERM.
    void wait_for_signal();
    // Stops accepting, lets requests finish for at most server.drain, then breaks them off.
    void stop();

private:
    struct State;
    explicit App(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// `countersign serve`: runs until a signal; the program's exit code.
[[nodiscard]] int serve(Config config);

}  // namespace proxy
