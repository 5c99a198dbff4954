#include "test/unit/http/tls_peer.h"

#include <sys/socket.h>

#include <array>

TlsPeer::TlsPeer(RawUpstream::Socket& socket, SSL_CTX* context)
    : socket_(socket), connection_(SSL_new(context)), incoming_(BIO_new(BIO_s_mem())), outgoing_(BIO_new(BIO_s_mem())) {
    SSL_set_bio(connection_.get(), incoming_, outgoing_);
}

void TlsPeer::flush() {
    std::string bytes(BIO_ctrl_pending(outgoing_), '\0');
    if (bytes.empty()) return;
    BIO_read(outgoing_, bytes.data(), static_cast<int>(bytes.size()));
    write_to(socket_, bytes);
}

bool TlsPeer::receive() {
    std::array<char, 4096> piece;
    const auto count = ::recv(socket_.native_handle(), piece.data(), piece.size(), 0);
    return count > 0 && BIO_write(incoming_, piece.data(), static_cast<int>(count)) == count;
}

bool TlsPeer::handshake() {
    while (true) {
        const int accepted = SSL_accept(connection_.get());
        flush();
        if (accepted == 1) return true;
        if (SSL_get_error(connection_.get(), accepted) != SSL_ERROR_WANT_READ || !receive()) return false;
    }
}

std::size_t TlsPeer::read(std::span<char> into) {
    while (true) {
        const int count = SSL_read(connection_.get(), into.data(), static_cast<int>(into.size()));
        flush();
        if (count > 0) return static_cast<std::size_t>(count);
        if (SSL_get_error(connection_.get(), count) != SSL_ERROR_WANT_READ || !receive()) return 0;
    }
}

std::string TlsPeer::read_head() {
    std::string text;
    std::array<char, 4096> piece;
    while (!text.ends_with("\r\n\r\n")) {
        const auto count = read(piece);
        if (count == 0) return {};
        text.append(piece.data(), count);
    }
    return text;
}

void TlsPeer::ask_for_new_keys() { SSL_key_update(connection_.get(), SSL_KEY_UPDATE_REQUESTED); }

void TlsPeer::send_records(const std::vector<std::string_view>& each) {
    for (const auto record : each) SSL_write(connection_.get(), record.data(), static_cast<int>(record.size()));
    flush();
}
