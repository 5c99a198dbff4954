// The server's side of a TLS connection over a blocking socket, which decides what records share one segment.
#pragma once

#include <openssl/ssl.h>

#include <boost/asio/ssl/context.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/openssl.h"
#include "test/unit/http/raw_peers.h"

class TlsPeer {
public:
    TlsPeer(RawUpstream::Socket& socket, http::asio::ssl::context& context);
    [[nodiscard]] bool handshake();
    [[nodiscard]] std::string read_head();                         // empty at the end
    void send_records(const std::vector<std::string_view>& each);  // one record each, all in one send

private:
    void flush();
    [[nodiscard]] bool receive();
    RawUpstream::Socket& socket_;
    base::OpensslHandle<SSL, SSL_free> connection_;
    BIO* incoming_;  // both belong to the connection
    BIO* outgoing_;
};
