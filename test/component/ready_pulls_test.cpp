#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <thread>

#include "test/component/allocations.h"
#include "test/component/memory_cases.h"
#include "test/support/anonymous_memory.h"
#include "test/support/catch.h"

using namespace test;
using namespace std::chrono_literals;

namespace {

#ifndef TEST_SANITIZED
// One connection that stays open. Answers are as long as the first one was.
class KeptConnection {
public:
    explicit KeptConnection(std::uint16_t port) : socket_(io_) { socket_.connect({http::asio::ip::make_address("127.0.0.1"), port}); }
    void get(const std::string& request, std::string& answer) {
        http::asio::write(socket_, http::asio::buffer(request));
        if (answer.empty()) {
            answer.resize(64 * 1024);
            std::size_t count = 0;
            while (!whole(std::string_view(answer).substr(0, count))) {
                count += socket_.read_some(http::asio::buffer(answer.data() + count, answer.size() - count));
            }
            answer.resize(count);
        } else {
            http::asio::read(socket_, http::asio::buffer(answer));
        }
    }

private:
    static bool whole(std::string_view text) {
        const auto end = text.find("\r\n\r\n");
        const auto length = text.find("Content-Length: ");
        return end != std::string_view::npos && text.size() == end + 4 + std::stoul(std::string(text.substr(length + 16, 10)));
    }
    http::asio::io_context io_;
    http::asio::ip::tcp::socket socket_;
};
#endif

std::size_t lines_with(const std::string& log, std::string_view part) {
    std::size_t count = 0;
    for (auto at = log.find(part); at != std::string::npos; at = log.find(part, at + 1)) ++count;
    return count;
}

std::string target_of(const std::string& digest) { return "/v2/acme/app/manifests/" + digest; }

}  // namespace

#ifndef TEST_SANITIZED
TEST_CASE("a warm pull by digest allocates nothing") {
    do_not_count_this_thread();
    const auto* vector = GENERATE("signed-rekor2-email", "index-signed");
    VectorRegistry registry(false);
    const auto digest = registry.load(vector, "acme/app");
    const Gate gate(registry, kEmailPolicy);
    KeptConnection connection(gate.port());
    const auto request =
        "GET " + target_of(digest) + " HTTP/1.1\r\nHost: gate.example.internal:5000\r\nUser-Agent: test\r\nAccept: */*\r\n\r\n";
    std::string cold;
    connection.get(request, cold);
    REQUIRE(cold.starts_with("HTTP/1.1 200 OK\r\n"));
    std::string warm;
    for (int i = 0; i < 100; ++i) connection.get(request, warm);
    const auto before = allocations();
    constexpr std::size_t kPulls = 2000;
    for (std::size_t i = 0; i < kPulls; ++i) connection.get(request, warm);
    // What is left is the logs' timer and sink, once for some twenty pulls.
    CHECK(allocations() - before < kPulls / 10);
    CHECK(warm.substr(warm.find("\r\n\r\n")) == cold.substr(cold.find("\r\n\r\n")));
}
#endif

TEST_CASE("every warm pull has its decision and its access line, with an id of its own") {
    VectorRegistry registry(false);
    const auto digest = registry.load("signed-rekor2-email", "acme/app");
    const Gate gate(registry, kEmailPolicy);
    for (int i = 0; i < 5; ++i) REQUIRE(gate.get(target_of(digest)).status == 200);
    REQUIRE(gate.head(target_of(digest)).status == 200);
    std::this_thread::sleep_for(500ms);
    const auto log = gate.decisions();
    CHECK(lines_with(log, "\"event\":\"access\"") == 6);
    CHECK(lines_with(log, "\"event\":\"decision\"") == 6);
    CHECK(lines_with(log, "\"cache\":\"hit\"") == 5);
    CHECK(lines_with(log, "\"subject\":\"foo@bar.com\"") == 6);
    CHECK(lines_with(log, "\"op\":\"HEAD\"") == 1);
    CHECK(lines_with(log, "\"bytes\":0,") == 1);
    const auto last = log.rfind("\"event\":\"decision\",\"id\":\"");
    REQUIRE(last != std::string::npos);
    CHECK(lines_with(log, log.substr(log.find("\"id\":", last), 23)) == 2);
}

TEST_CASE("an Accept that does not name the manifest's type is answered alike, cold and warm") {
    VectorRegistry registry(false);
    const auto digest = registry.load("signed-rekor2-email", "acme/app");
    const Gate gate(registry, kEmailPolicy);
    http::Headers wrong;
    wrong.add("Accept", "application/json, application/vnd.oci.image.manifest.v1+json;q=0");
    const auto cold = gate.get(target_of(digest), wrong);
    REQUIRE(gate.get(target_of(digest)).status == 200);
    REQUIRE(gate.get(target_of(digest)).status == 200);
    const auto warm = gate.get(target_of(digest), wrong);
    CHECK(cold.status == 404);
    CHECK(warm.status == 404);
    CHECK(warm.body == cold.body);
}

TEST_CASE("what a pusher may look at by HEAD cannot be pulled afterwards") {
    VectorRegistry registry(false);
    const auto digest = registry.load("signed-rekor2-email", "acme/app");
    const Gate gate(registry, kEmailPolicy, "\"push\"");
    for (int i = 0; i < 3; ++i) CHECK(gate.head(target_of(digest)).status == 200);
    CHECK(gate.get(target_of(digest)).status == 403);
}

TEST_CASE("read-unverified serves each time because of the right, never because it was served before") {
    VectorRegistry registry(false);
    const auto digest = registry.load("unsigned", "acme/app");
    const Gate gate(registry, kEmailPolicy, "\"pull\", \"read-unverified\"");
    for (int i = 0; i < 3; ++i) CHECK(gate.get(target_of(digest)).status == 200);
    std::this_thread::sleep_for(300ms);
    CHECK(lines_with(gate.decisions(), "served all the same") == 3);
}

TEST_CASE("audit mode warns each time, and what is signed is ready without a warning") {
    VectorRegistry registry(false);
    const auto unsigned_image = registry.load("unsigned", "acme/app");
    const auto signed_image = registry.load("signed-rekor2-email", "acme/app");
    auto policy = kEmailPolicy;
    policy.insert(policy.find("trust ="), "mode = \"audit\"\n");
    const Gate gate(registry, policy);
    for (int i = 0; i < 3; ++i) {
        CHECK(gate.get(target_of(unsigned_image)).headers.get("warning"));
        CHECK_FALSE(gate.get(target_of(signed_image)).headers.get("warning"));
    }
}

TEST_CASE("the same digest in another repository is another pull") {
    VectorRegistry registry(false);
    const auto digest = registry.load("signed-rekor2-email", "acme/app");
    const Gate gate(registry, kEmailPolicy);
    REQUIRE(gate.get(target_of(digest)).status == 200);
    REQUIRE(gate.get(target_of(digest)).status == 200);
    CHECK(gate.get("/v2/acme/other/manifests/" + digest).status == 404);
}

TEST_CASE("the same target by another host is another pull") {
    VectorRegistry registry(false);
    VectorRegistry empty(false);
    const auto digest = registry.load("signed-rekor2-email", "acme/app");
    Setup setup;
    setup.upstreams = upstream(registry, "registry.example", "default = true") + upstream(empty, "empty.example", "host = \"localhost\"");
    const Gate gate(registry, kEmailPolicy, "\"pull\"", setup);
    for (int i = 0; i < 3; ++i) {
        CHECK(ask(gate.port(), "GET", target_of(digest), {}, {}, "127.0.0.1").status == 200);
        CHECK(ask(gate.port(), "GET", target_of(digest), {}, {}, "localhost").status == 404);
    }
}

#ifndef TEST_SANITIZED
TEST_CASE("what is kept ready stays small, whatever the query") {
    VectorRegistry registry(false);
    const auto digest = registry.load("unsigned", "acme/app");
    Setup setup;
    setup.cache = "memory = \"1MiB\"\n";
    const Gate gate(registry, kAllowPolicy, "\"pull\"", setup);
    http::asio::io_context io;
    http::asio::ip::tcp::socket socket(io);
    socket.connect({http::asio::ip::make_address("127.0.0.1"), gate.port()});
    const auto before = anonymous_memory();
    std::string answer;
    for (int i = 0; i < 4000; ++i) {
        const auto request =
            "GET " + target_of(digest) + "?" + std::to_string(i) + std::string(15'000, 'x') + " HTTP/1.1\r\nHost: gate\r\n\r\n";
        http::asio::write(socket, http::asio::buffer(request));
        const auto size = http::asio::read_until(socket, http::asio::dynamic_buffer(answer), "\r\n\r\n");
        REQUIRE(answer.starts_with("HTTP/1.1 200"));
        const auto length = std::stoul(answer.substr(answer.find("Content-Length: ") + 16, 10));
        while (answer.size() < size + length) {
            char piece[8192];
            answer.append(piece, socket.read_some(http::asio::buffer(piece)));
        }
        answer.erase(0, size + length);
    }
    const auto grown = anonymous_memory() - before;
    CAPTURE(grown);
    CHECK(grown < 20'000'000);
}
#endif
