// paced: asks one URL at a fixed mean rate, whether the answers come or not, and says how long they took.
//
//   paced HOST PORT PATH CONNECTIONS RATE SECONDS
//
// Requests are due at random times (exponential gaps, a fixed seed: the same times in every run). One that is due while
// all connections are busy waits, and its waiting counts: the time of an answer runs from when its request was due, not
// from when it was sent. Prints one line of JSON: answers, seconds, and microseconds at the 50th and 99th percentile
// and at most. The first second is not counted.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

constexpr auto kWarmUp = std::chrono::seconds(1);
constexpr auto kLastAnswers = std::chrono::seconds(2);

[[noreturn]] void fail(const std::string& what) {
    std::fprintf(stderr, "paced: %s: %s\n", what.c_str(), std::strerror(errno));
    std::exit(1);
}

struct Arguments {
    std::string host, path;
    std::uint16_t port = 0;
    std::size_t connections = 0;
    double rate = 0, seconds = 0;
};

template <typename Number>
Number number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value <= Number{}) fail("no number: " + std::string(text));
    return value;
}

// One keep-alive connection with at most one request under way.
struct Connection {
    int socket = -1;
    bool busy = false;
    Clock::time_point due;
    std::string received;
};

int connect_to(const Arguments& arguments) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(arguments.port);
    if (inet_pton(AF_INET, arguments.host.c_str(), &address.sin_addr) != 1) fail(arguments.host);
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr generic{};
    std::memcpy(&generic, &address, sizeof generic);
    if (socket < 0 || ::connect(socket, &generic, sizeof generic) != 0) fail("connect");
    const int on = 1;
    if (setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) fail("TCP_NODELAY");
    return socket;
}

// The length of the whole answer once its head is there; 0 before. Anything but 200 with a Content-Length ends the run.
std::size_t answer_length(std::string_view received) {
    const auto head = received.find("\r\n\r\n");
    if (head == std::string_view::npos) return 0;
    std::string lower(received.substr(0, head));
    std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    constexpr std::string_view kLength = "\r\ncontent-length: ";
    const auto field = lower.find(kLength);
    if (!lower.starts_with("http/1.1 200") || field == std::string::npos) {
        std::fprintf(stderr, "paced: not a good answer:\n%s\n", lower.c_str());
        std::exit(1);
    }
    const auto begin = field + kLength.size();
    return head + 4 + number<std::size_t>(std::string_view(lower).substr(begin, lower.find('\r', begin) - begin));
}

class Run {
public:
    explicit Run(const Arguments& arguments)
        : arguments_(arguments),
          request_("GET " + arguments.path + " HTTP/1.1\r\nHost: " + arguments.host + ":" + std::to_string(arguments.port) + "\r\n\r\n"),
          gap_(arguments.rate),
          poll_(epoll_create1(0)),
          connections_(arguments.connections) {
        for (std::size_t i = 0; i < connections_.size(); ++i) {
            connections_[i].socket = connect_to(arguments);
            epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
            if (epoll_ctl(poll_, EPOLL_CTL_ADD, connections_[i].socket, &event) != 0) fail("epoll_ctl");
            idle_.push_back(i);
        }
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    ~Run() {
        for (const auto& connection : connections_) ::close(connection.socket);
        ::close(poll_);
    }

    void go() {
        const auto begin = Clock::now();
        counted_from_ = begin + kWarmUp;
        const auto end = counted_from_ + std::chrono::duration_cast<nanoseconds>(std::chrono::duration<double>(arguments_.seconds));
        auto next = begin;
        while (Clock::now() < end + kLastAnswers) {
            for (const auto now = Clock::now(); next <= now && next < end; next += gap()) waiting_.push_back(next);
            send_waiting();
            if (next >= end && waiting_.empty() && idle_.size() == connections_.size()) break;
            wait_until(next < end ? next : end + kLastAnswers);
        }
        print(begin);
    }

private:
    nanoseconds gap() { return std::chrono::duration_cast<nanoseconds>(std::chrono::duration<double>(gap_(random_))); }

    void send_waiting() {
        while (!waiting_.empty() && !idle_.empty()) {
            auto& connection = connections_[idle_.back()];
            idle_.pop_back();
            connection.busy = true;
            connection.due = waiting_.front();
            waiting_.pop_front();
            if (::send(connection.socket, request_.data(), request_.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request_.size()))
                fail("send");
        }
    }

    void wait_until(Clock::time_point time) {
        const auto left = std::max(nanoseconds(0), std::chrono::duration_cast<nanoseconds>(time - Clock::now()));
        const timespec timeout{.tv_sec = left.count() / 1'000'000'000, .tv_nsec = left.count() % 1'000'000'000};
        epoll_event events[64];
        const int count = epoll_pwait2(poll_, events, 64, &timeout, nullptr);
        if (count < 0 && errno != EINTR) fail("epoll_pwait2");
        for (int i = 0; i < count; ++i) receive(events[i].data.u64);
    }

    void receive(std::size_t index) {
        auto& connection = connections_[index];
        char buffer[16384];
        const auto size = ::recv(connection.socket, buffer, sizeof buffer, 0);
        if (size <= 0) fail("the server closed a connection");
        connection.received.append(buffer, static_cast<std::size_t>(size));
        const auto length = answer_length(connection.received);
        if (length == 0 || connection.received.size() < length) return;
        if (!connection.busy || connection.received.size() > length) fail("an answer that nobody asked for");
        const auto taken = Clock::now() - connection.due;
        if (connection.due >= counted_from_) taken_.push_back(std::chrono::duration_cast<nanoseconds>(taken).count());
        connection.received.clear();
        connection.busy = false;
        idle_.push_back(index);
    }

    void print(Clock::time_point begin) {
        const auto unanswered = waiting_.size() + connections_.size() - idle_.size();
        if (taken_.empty()) fail("no answers");
        std::ranges::sort(taken_);
        const auto at = [this](double share) {
            return static_cast<double>(taken_[static_cast<std::size_t>(share * static_cast<double>(taken_.size() - 1))]) / 1000.0;
        };
        const std::chrono::duration<double> seconds = Clock::now() - begin;
        std::printf(R"({"answers": %zu, "unanswered": %zu, "seconds": %.3f, "p50": %.1f, "p99": %.1f, "max": %.1f})"
                    "\n",
                    taken_.size(), unanswered, seconds.count(), at(0.5), at(0.99), at(1.0));
    }

    Arguments arguments_;
    std::string request_;
    std::mt19937_64 random_{20261125};
    std::exponential_distribution<double> gap_;
    int poll_;
    std::vector<Connection> connections_;
    std::vector<std::size_t> idle_;
    std::deque<Clock::time_point> waiting_;
    Clock::time_point counted_from_;
    std::vector<std::int64_t> taken_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 7) {
        std::fprintf(stderr, "usage: paced HOST PORT PATH CONNECTIONS RATE SECONDS\n");
        return 2;
    }
    Arguments arguments{.host = argv[1],
                        .path = argv[3],
                        .port = number<std::uint16_t>(argv[2]),
                        .connections = number<std::size_t>(argv[4]),
                        .rate = number<double>(argv[5]),
                        .seconds = number<double>(argv[6])};
    prctl(PR_SET_TIMERSLACK, 1UL);  // nanosecond: wake up when a request is due, not 50 microseconds later
    Run(arguments).go();
    return 0;
}
