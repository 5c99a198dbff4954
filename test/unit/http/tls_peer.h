// The server's side of a TLS connection over a blocking socket, which decides what records share one segment.
#pragma once

#include <openssl/ssl.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/openssl.h"
#include "test/unit/http/raw_peers.h"

class TlsPeer {
public:
    TlsPeer(RawUpstream::Socket& socket, SSL_CTX* context);
    [[nodiscard]] bool handshake();
    [[nodiscard]] std::string read_head();                         // empty at the end
    void send_records(const std::vector<std::string_view>& each);  // one record each, all in one send
    void ask_for_new_keys();                                       // RFC 8446 section 4.6.3, goes with the next record
    [[nodiscard]] std::size_t read(std::span<char> into);          // 0 at the end

private:
    void flush();
    [[nodiscard]] bool receive();
    RawUpstream::Socket& socket_;
    base::OpensslHandle<SSL, SSL_free> connection_;
    BIO* incoming_;  // both belong to the connection
    BIO* outgoing_;
};
