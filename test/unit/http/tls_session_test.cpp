#include "http/tls_session.h"

#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <csignal>
#include <optional>
#include <thread>

#include "http/tls.h"
#include "test/support/anonymous_memory.h"
#include "test/support/catch.h"
#include "test/unit/http/certificates.h"
#include "test/unit/http/raw_peers.h"

using Step = http::TlsSession::Step;

namespace {

// Waits for bytes or the end, which take their time even on a loopback connection.
void arrived(http::TlsSession::Socket& socket) {
    pollfd readable{socket.native_handle(), POLLIN, 0};
    ::poll(&readable, 1, 5000);
}

// A client's and a server's session at the two ends of one loopback connection, both shaken by hand.
class Sessions {
public:
    explicit Sessions(long version = TLS1_3_VERSION) : client_socket_(io_), server_socket_(io_) {
        const auto authority = TestCertificate::authority("ca");
        authority.write(folder_.path() / "ca");
        authority.issue("DNS:localhost").write(folder_.path() / "tls");
        client_tls_ = http::ClientTls::create(folder_.path() / "ca.crt").value();
        server_tls_ = http::ServerTls::create({folder_.path() / "tls.crt", folder_.path() / "tls.key"}).value();
        SSL_CTX_ctrl(server_tls_->context().get(), SSL_CTRL_SET_MAX_PROTO_VERSION, version, nullptr);
        const http::asio::ip::tcp::endpoint any(http::asio::ip::address_v4::loopback(), 0);
        http::asio::ip::tcp::acceptor acceptor(io_, any);
        client_socket_.connect(acceptor.local_endpoint());
        acceptor.accept(server_socket_);
        server.emplace(server_tls_->context().get(), server_socket_);
        client.emplace(client_tls_->context().get(), client_socket_);
    }

    bool handshake() {
        Step theirs = Step::wants_read;
        Step ours = Step::wants_read;
        while (theirs == Step::wants_read || ours == Step::wants_read) {
            if (theirs == Step::wants_read) theirs = client->connect();
            if (ours == Step::wants_read) {
                arrived(server_socket_);
                ours = server->accept();
            }
            if (theirs == Step::wants_read) arrived(client_socket_);
        }
        return theirs == Step::done && ours == Step::done;
    }

    [[nodiscard]] http::TlsSession::Socket& client_socket() { return client_socket_; }
    [[nodiscard]] http::TlsSession::Socket& server_socket() { return server_socket_; }

private:
    TestFolder folder_;
    http::asio::io_context io_;
    http::TlsSession::Socket client_socket_;
    http::TlsSession::Socket server_socket_;
    std::shared_ptr<const http::ClientTls> client_tls_;
    std::shared_ptr<http::ServerTls> server_tls_;

public:
    std::optional<http::TlsSession> client;
    std::optional<http::TlsSession> server;
};

std::size_t write_text(http::TlsSession& session, std::string_view text) {
    const std::array<http::asio::const_buffer, 1> parts{http::asio::buffer(text)};
    std::size_t count = 0;
    static_cast<void>(session.write(parts, count));
    return count;
}

std::string read_text(http::TlsSession& session, std::size_t most = 100'000) {
    std::string text(most, '\0');
    std::size_t count = 0;
    const std::span into(reinterpret_cast<std::uint8_t*>(text.data()), text.size());
    static_cast<void>(session.read(into, count));
    text.resize(count);
    return text;
}

// So much from the client's end.
std::string read_all(Sessions& sessions, std::size_t size) {
    std::string all;
    while (all.size() < size) {
        if (!sessions.client->may_read()) arrived(sessions.client_socket());
        all += read_text(*sessions.client);
    }
    return all;
}

std::size_t waiting(http::TlsSession::Socket& socket) { return socket.available(); }

}  // namespace

TEST_CASE("bytes pass a TLS session both ways, and nothing here is a wish to read") {
    const auto version = GENERATE(long{TLS1_2_VERSION}, long{TLS1_3_VERSION});
    Sessions sessions(version);
    REQUIRE(sessions.handshake());
    CHECK(write_text(*sessions.client, "abc") == 3);
    arrived(sessions.server_socket());
    CHECK(read_text(*sessions.server) == "abc");
    CHECK(write_text(*sessions.server, "defg") == 4);
    CHECK(read_all(sessions, 4) == "defg");
    std::array<std::uint8_t, 10> into{};
    std::size_t count = 1;
    CHECK(sessions.server->read(into, count) == Step::wants_read);
    CHECK(count == 0);
    CHECK_FALSE(sessions.server->may_read());
}

TEST_CASE("small parts share one TLS record, and parts of any size arrive in order") {
    Sessions sessions(TLS1_2_VERSION);  // without tickets behind the handshake
    REQUIRE(sessions.handshake());
    const std::string head = "HEAD";
    const std::string small(100, 's');
    const std::array<http::asio::const_buffer, 3> few{http::asio::buffer(head), http::asio::const_buffer(), http::asio::buffer(small)};
    std::size_t count = 0;
    CHECK(sessions.server->write(few, count) == Step::done);
    CHECK(count == head.size() + small.size());
    arrived(sessions.client_socket());
    // One record: its header of 5 bytes, the nonce of 8 and the tag of 16.
    CHECK(waiting(sessions.client_socket()) == count + 5 + 8 + 16);
    CHECK(read_text(*sessions.client) == head + small);

    std::string body;
    for (int i = 0; body.size() < 60'000; ++i) body += std::to_string(i) + ",";
    const std::array<http::asio::const_buffer, 4> many{http::asio::buffer(head), http::asio::buffer(body), http::asio::buffer(small),
                                                       http::asio::buffer(head)};
    CHECK(sessions.server->write(many, count) == Step::done);
    CHECK(read_all(sessions, count) == head + body + small + head);
}

TEST_CASE("a full socket stops a write; it goes on where it stopped") {
    Sessions sessions;
    REQUIRE(sessions.handshake());
    std::string much;
    for (int i = 0; much.size() < 16'000'000; ++i) much += std::to_string(i) + ",";
    std::size_t written = 0;
    std::string all;
    bool stopped = false;
    while (all.size() < much.size()) {
        const auto rest = std::string_view(much).substr(written);
        std::size_t count = 0;
        const std::array<http::asio::const_buffer, 2> parts{http::asio::buffer(rest.substr(0, 10)),
                                                            http::asio::buffer(rest.substr(std::min<std::size_t>(10, rest.size())))};
        const auto step = sessions.server->write(parts, count);
        stopped = stopped || step == Step::wants_write;
        REQUIRE((step == Step::done || step == Step::wants_write));
        written += count;
        for (auto piece = read_text(*sessions.client); !piece.empty(); piece = read_text(*sessions.client)) all += piece;
    }
    CHECK(stopped);
    CHECK(all == much);
}

TEST_CASE("records that came with an earlier one are held, and are read without the socket") {
    Sessions sessions(TLS1_2_VERSION);
    REQUIRE(sessions.handshake());
    static_cast<void>(write_text(*sessions.server, "first"));
    static_cast<void>(write_text(*sessions.server, "second"));
    while (waiting(sessions.client_socket()) < 5 + 6 + 2 * (5 + 8 + 16)) std::this_thread::sleep_for(1ms);
    CHECK(read_text(*sessions.client, 5) == "first");
    CHECK(waiting(sessions.client_socket()) == 0);
    CHECK(sessions.client->holds_records());
    CHECK(sessions.client->may_read());
    CHECK(read_text(*sessions.client) == "second");
    CHECK_FALSE(sessions.client->holds_records());
}

TEST_CASE("the peer's close_notify and its bare end are the end; bytes before it come first") {
    const bool announced = GENERATE(true, false);
    Sessions sessions;
    REQUIRE(sessions.handshake());
    static_cast<void>(write_text(*sessions.server, "last"));
    if (announced) CHECK(sessions.server->close() == Step::done);
    sessions.server_socket().close();
    CHECK(read_all(sessions, 4) == "last");
    arrived(sessions.client_socket());
    std::array<std::uint8_t, 10> into{};
    std::size_t count = 0;
    CHECK(sessions.client->read(into, count) == Step::ended);
    CHECK(sessions.client->read(into, count) == Step::ended);
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("a broken record and a reset are failures, every time, and leave nothing in OpenSSL's queue") {
    Sessions sessions;
    REQUIRE(sessions.handshake());
    std::array<std::uint8_t, 10> into{};
    std::size_t count = 0;
    SECTION("broken record") {
        const std::string junk(
            "\x17\x03\x03\x00\x14"
            "aaaaaaaaaaaaaaaaaaaa",
            25);
        write_to(sessions.client_socket(), junk);
        arrived(sessions.server_socket());
        CHECK(sessions.server->read(into, count) == Step::failed);
        CHECK(sessions.server->failure().find("decryption failed") != std::string::npos);
        CHECK(sessions.server->read(into, count) == Step::failed);
        CHECK(sessions.server->failure().find("decryption failed") != std::string::npos);
        CHECK(sessions.server->close() == Step::failed);
    }
    SECTION("reset") {
        sessions.client_socket().set_option(http::asio::socket_base::linger(true, 0));
        sessions.client_socket().close();
        arrived(sessions.server_socket());
        CHECK(sessions.server->read(into, count) == Step::failed);
        CHECK(sessions.server->failure() == "Connection reset by peer");
        CHECK(sessions.server->read(into, count) == Step::failed);
    }
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("writing to a connection that is gone is a failure, not a signal") {
    struct sigaction before{};
    struct sigaction fatal{};
    fatal.sa_handler = SIG_DFL;
    ::sigaction(SIGPIPE, &fatal, &before);
    {
        Sessions sessions;
        REQUIRE(sessions.handshake());
        sessions.client_socket().set_option(http::asio::socket_base::linger(true, 0));
        sessions.client_socket().close();
        arrived(sessions.server_socket());
        std::size_t count = 0;
        const std::array<http::asio::const_buffer, 1> parts{http::asio::buffer("x", 1)};
        CHECK(sessions.server->write(parts, count) == Step::failed);
        CHECK(sessions.server->write(parts, count) == Step::failed);
        CHECK(sessions.server->failure() == "Connection reset by peer");
    }
    ::sigaction(SIGPIPE, &before, nullptr);
}

TEST_CASE("a name must not be empty") {
    Sessions sessions;
    CHECK(sessions.client->expect_name("").error().code() == base::ErrorCode::internal);
    CHECK(sessions.client->expect_name("gate.example").has_value());
    CHECK(sessions.client->expect_name("127.0.0.1").has_value());
}

TEST_CASE("a peer that asks for new keys again and again is let go before its answers cost memory or the thread (RFC 8446 section 4.6.3)") {
    ::signal(SIGPIPE, SIG_IGN);
    const TestFolder folder;
    TestCertificate::authority("ca").issue("DNS:localhost").write(folder.path() / "tls");
    TestServer server(echo, {}, http::ServerTls::create({folder.path() / "tls.crt", folder.path() / "tls.key"}).value());
    RawClient client(server.port());
    const timeval patience{10, 0};
    ::setsockopt(client.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    const base::OpensslHandle<SSL_CTX, SSL_CTX_free> context(SSL_CTX_new(TLS_client_method()));
    const base::OpensslHandle<SSL, SSL_free> connection(SSL_new(context.get()));
    SSL_set_fd(connection.get(), client.native_handle());
    REQUIRE(SSL_connect(connection.get()) == 1);
    const auto before = anonymous_memory();
    constexpr int kMost = 400'000;  // some 11 MB of answers
    int asked = 0;
    while (asked < kMost && SSL_key_update(connection.get(), SSL_KEY_UPDATE_REQUESTED) == 1 && SSL_do_handshake(connection.get()) == 1)
        ++asked;
    base::clear_openssl_errors();
    CHECK(asked < kMost);
    CHECK((kSanitized || anonymous_memory() < before + 4'000'000));
}

TEST_CASE("new keys without end and nothing else are read piece by piece, and others have their turn (RFC 8446 section 4.6.3)") {
    const TestFolder folder;
    TestCertificate::authority("ca").issue("DNS:localhost").write(folder.path() / "tls");
    const auto tls = http::ServerTls::create({folder.path() / "tls.crt", folder.path() / "tls.key"}).value();
    http::asio::io_context io;
    http::TlsSession::Socket client(io);
    http::TlsSession::Socket ours(io);
    const http::asio::ip::tcp::endpoint any(http::asio::ip::address_v4::loopback(), 0);
    http::asio::ip::tcp::acceptor acceptor(io, any);
    acceptor.set_option(http::asio::socket_base::receive_buffer_size(4 * 1024 * 1024));
    client.connect(acceptor.local_endpoint());
    acceptor.accept(ours);
    http::TlsSession session(tls->context().get(), ours);

    // Connects, then sends some 800 kB of new keys and a word.
    std::thread peer([&client] {
        const base::OpensslHandle<SSL_CTX, SSL_CTX_free> context(SSL_CTX_new(TLS_client_method()));
        const base::OpensslHandle<SSL, SSL_free> connection(SSL_new(context.get()));
        SSL_set_fd(connection.get(), client.native_handle());
        if (SSL_connect(connection.get()) != 1) return;
        BIO* const records = BIO_new(BIO_s_mem());
        SSL_set0_wbio(connection.get(), records);
        for (int i = 0; i < 30'000; ++i) {
            SSL_key_update(connection.get(), SSL_KEY_UPDATE_NOT_REQUESTED);
            SSL_do_handshake(connection.get());
        }
        SSL_write(connection.get(), "x", 1);
        std::string bytes(BIO_ctrl_pending(records), '\0');
        BIO_read(records, bytes.data(), static_cast<int>(bytes.size()));
        write_to(client, bytes);
    });
    auto step = Step::wants_read;
    while (step == Step::wants_read) {
        arrived(ours);
        step = session.accept();
    }
    REQUIRE(step == Step::done);
    for (int i = 0; i < 500 && waiting(ours) < 300'000; ++i) std::this_thread::sleep_for(10ms);
    REQUIRE(waiting(ours) >= 300'000);
    std::array<std::uint8_t, 10> into{};
    std::size_t count = 0;
    CHECK(session.read(into, count) == Step::wants_read);
    CHECK(waiting(ours) > 0);
    for (int i = 0; i < 10'000 && count == 0; ++i) {
        if (!session.may_read()) arrived(ours);
        static_cast<void>(session.read(into, count));
    }
    CHECK(count == 1);
    peer.join();
}
