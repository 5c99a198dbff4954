#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <filesystem>

#include "test/component/gate_fixture.h"
#include "test/support/catch.h"

using namespace test;

namespace {

namespace asio = http::asio;

// Sends bytes as they stand and reads until the gate closes.
std::string send_raw(std::uint16_t port, std::string_view bytes) {
    asio::io_context io;
    asio::ip::tcp::socket socket(io);
    socket.connect(asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), port));
    asio::write(socket, asio::buffer(bytes));
    std::string answer;
    boost::system::error_code error;
    asio::read(socket, asio::dynamic_buffer(answer), error);
    return answer;
}

std::size_t open_pipes() {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        if (std::filesystem::read_symlink(entry.path(), gone).string().starts_with("pipe:")) ++count;
    }
    return count;
}

}  // namespace

TEST_CASE("an upload's session stays at the gate: Location is rewritten, its query kept byte for byte") {
    VectorRegistry registry(false);
    registry.intercept([](const http::RequestHead& head) -> std::optional<Answer> {
        if (head.method != "POST" && head.method != "PATCH") return std::nullopt;
        Answer answer;
        answer.status = 202;
        answer.headers.set("Location", "/v2/acme/app/blobs/uploads/abc?_state=A%2Bb%3D&z=1");
        answer.headers.set("Range", "0-4");
        answer.headers.set("Docker-Upload-UUID", "abc");
        return answer;
    });
    const Gate gate(registry, kEmailPolicy, "\"push\"");
    const auto started = ask(gate.port(), "POST", "/v2/acme/app/blobs/uploads/?mount=sha256:" + std::string(64, 'a') + "&from=secret/app");
    CHECK(started.status == 202);
    CHECK(started.headers.get("location") == "/v2/acme/app/blobs/uploads/abc?_state=A%2Bb%3D&z=1");
    CHECK(registry.requests().back() == "POST /v2/acme/app/blobs/uploads/");
    const auto patched = ask(gate.port(), "PATCH", "/v2/acme/app/blobs/uploads/abc?_state=A%2Bb%3D&z=1", {}, "hello");
    CHECK(patched.status == 202);
    CHECK(patched.headers.get("range") == "0-4");
    CHECK(registry.requests().back() == "PATCH /v2/acme/app/blobs/uploads/abc?_state=A%2Bb%3D&z=1");
}

TEST_CASE("an upload that the registry sends to an object store goes on there, and one to another of its paths is refused") {
    VectorRegistry registry(false);
    const auto [location, passes] = GENERATE(table<std::string, bool>({
        {"https://storage.example/upload?signature=a%2Fb", true},
        {"/v2/other/app/blobs/uploads/abc", false},
        {"/v2/acme/app/manifests/v1", false},
        {"/artifacts/abc", false},
        {"ftp://storage.example/upload", false},
        {"https://user:secret@storage.example/upload", false},
    }));
    registry.intercept([location](const http::RequestHead& head) -> std::optional<Answer> {
        if (head.method != "POST") return std::nullopt;
        Answer answer;
        answer.status = 202;
        answer.headers.set("Location", location);
        return answer;
    });
    const Gate gate(registry, kEmailPolicy, "\"push\"");
    const auto reply = ask(gate.port(), "POST", "/v2/acme/app/blobs/uploads/");
    CAPTURE(location);
    CHECK((reply.status == 202) == passes);
    CHECK((reply.headers.get("location") == location) == passes);
    CHECK(reply.body.find("secret") == std::string::npos);
}

TEST_CASE("a large upload passes the gate without being copied") {
    VectorRegistry registry(false);
    registry.intercept([](const http::RequestHead& head) -> std::optional<Answer> {
        if (head.method != "PATCH") return std::nullopt;
        Answer answer;
        answer.status = 202;
        answer.headers.set("Location", "/v2/acme/app/blobs/uploads/abc");
        return answer;
    });
    const Gate gate(registry, kEmailPolicy, "\"push\"");
    const auto before = open_pipes();
    REQUIRE(ask(gate.port(), "PATCH", "/v2/acme/app/blobs/uploads/abc", {}, "hello").status == 202);
    CHECK(open_pipes() == before);
    const std::string large(4 * 1024 * 1024, 'x');
    REQUIRE(ask(gate.port(), "PATCH", "/v2/acme/app/blobs/uploads/abc", {}, large).status == 202);
    CHECK(open_pipes() == before + 2);  // the ends of one, kept for the next body
}

TEST_CASE("an upload or a manifest that does not arrive is the client's fault, not the registry's") {
    VectorRegistry registry(false);
    const Gate gate(registry, kEmailPolicy, "\"push\"");
    const std::string broken = " HTTP/1.1\r\nHost: gate\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nXX\r\n";
    CHECK(send_raw(gate.port(), "PATCH /v2/acme/app/blobs/uploads/abc" + broken).starts_with("HTTP/1.1 400 "));
    CHECK(send_raw(gate.port(), "PUT /v2/acme/app/manifests/v1" + broken).starts_with("HTTP/1.1 400 "));
}
