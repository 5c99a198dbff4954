// TLS contexts, made here and nowhere else: TLS 1.2 and 1.3, ALPN http/1.1, peer verification always on for clients, and the name
// that is verified and sent as SNI is one value that cannot be empty (design 5).
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

namespace http {

// What an upstream connection trusts: the system store, or exactly the certificates of one PEM file. Shared between threads.
class ClientTls {
public:
    [[nodiscard]] static base::Result<std::shared_ptr<const ClientTls>> create(const std::optional<std::filesystem::path>& ca_file);
    ~ClientTls();
    ClientTls(const ClientTls&) = delete;
    ClientTls& operator=(const ClientTls&) = delete;
    struct State;
    [[nodiscard]] State& state() const { return *state_; }

private:
    explicit ClientTls(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

struct ServerTlsFiles {
    std::filesystem::path certificate;  // PEM chain, leaf first
    std::filesystem::path key;          // PEM
};

// A server's certificate. reload() reads the files again and swaps the context for new handshakes; when the new files are unusable it
// returns why and the old ones stay. changed() compares modification times and sizes; the server calls both on a timer.
class ServerTls {
public:
    [[nodiscard]] static base::Result<std::shared_ptr<ServerTls>> create(ServerTlsFiles files);
    ~ServerTls();
    ServerTls(const ServerTls&) = delete;
    ServerTls& operator=(const ServerTls&) = delete;
    [[nodiscard]] bool changed() const;
    [[nodiscard]] base::Result<void> reload();
    struct State;
    [[nodiscard]] State& state() const { return *state_; }

private:
    explicit ServerTls(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace http
