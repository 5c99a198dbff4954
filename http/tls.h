// TLS contexts, made here and nowhere else: TLS 1.2 and 1.3, ALPN http/1.1, peer verification always on for clients, and the name
// that is verified and sent as SNI is one value that cannot be empty (design 5; http/stream sets it).
#pragma once

#include <openssl/types.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "base/result.h"

namespace http {

using TlsContext = std::shared_ptr<SSL_CTX>;

// What an upstream connection trusts: the system store, or exactly the certificates of one PEM file. Shared between threads.
class ClientTls {
public:
    [[nodiscard]] static base::Result<std::shared_ptr<const ClientTls>> create(const std::optional<std::filesystem::path>& ca_file);
    [[nodiscard]] const TlsContext& context() const { return context_; }

private:
    explicit ClientTls(TlsContext context) : context_(std::move(context)) {}
    TlsContext context_;
};

struct ServerTlsFiles {
    std::filesystem::path certificate;  // PEM chain, leaf first
    std::filesystem::path key;          // PEM, without a passphrase
};

// A server's certificate. reload() reads the files again and swaps the context for new handshakes; when the new files are unusable it
// returns why and the old ones stay. changed() compares identity, modification time and size with those of the last attempt, so that
// a bad pair is reported once. The server calls both on a timer; any thread may.
class ServerTls {
public:
    [[nodiscard]] static base::Result<std::shared_ptr<ServerTls>> create(ServerTlsFiles files);
    ~ServerTls();
    ServerTls(const ServerTls&) = delete;
    ServerTls& operator=(const ServerTls&) = delete;
    [[nodiscard]] bool changed() const;
    [[nodiscard]] base::Result<void> reload();
    [[nodiscard]] TlsContext context() const;  // the one for a new handshake

private:
    struct State;
    explicit ServerTls(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace http
