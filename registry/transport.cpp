#include "registry/transport.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>

#include "registry/redirect.h"

namespace registry {
namespace {

namespace asio = http::asio;

constexpr std::size_t kClientLimit = 32;
constexpr std::size_t kDrainLimit = 64 * 1024;
constexpr std::chrono::seconds kDrainTime(2);

asio::awaitable<void> read_to_end(http::BodySource& body) { (void)co_await http::read_all(body, kDrainLimit); }

asio::awaitable<void> wait(asio::steady_timer& timer) { (void)co_await timer.async_wait(http::kAsTuple); }

}  // namespace

Transport::Transport(asio::io_context& io, asio::thread_pool& workers, http::Origin registry, Reach reach,
                     std::shared_ptr<const http::ClientTls> tls, http::ClientOptions options)
    : io_(io),
      workers_(workers),
      registry_(std::move(registry)),
      reach_(std::move(reach)),
      tls_(std::move(tls)),
      options_(std::move(options)) {}

base::Result<std::shared_ptr<const http::ClientTls>> Transport::tls_for(const http::Origin& origin) {
    if (!tls_ && origin.tls()) {
        TRY(tls_, http::ClientTls::create(std::nullopt));
    }
    return tls_;
}

// Hosts of signed URLs come and go: beyond the limit one other than the registry is dropped, with its idle connections.
base::Result<std::shared_ptr<http::Client>> Transport::client(const http::Origin& origin) {
    const auto known = clients_.find(origin.url());
    if (known != clients_.end()) return known->second;
    TRY(auto tls, tls_for(origin));
    if (clients_.size() >= kClientLimit) {
        auto oldest = clients_.begin();
        if (oldest->first == registry_.url()) ++oldest;
        clients_.erase(oldest);
    }
    auto options = reach_.options_for(registry_, origin, options_);
    auto made = std::make_shared<http::Client>(io_, workers_, origin, std::move(tls), std::move(options));
    clients_.emplace(origin.url(), made);
    return made;
}

http::Async<Answer> Transport::send(Url url, http::RequestHead head, http::BodySource* body, base::Deadline deadline) {
    CO_TRY(const auto connection, client(url.origin));
    head.target = url.target;
    CO_TRY(auto response, co_await connection->send(std::move(head), body, deadline));
    co_return Answer{std::move(response), std::move(url)};
}

http::Async<Answer> Transport::send_following(Url url, http::RequestHead head, base::Deadline deadline) {
    for (int hop = 0;; ++hop) {
        CO_TRY(auto answer, co_await send(url, head, nullptr, deadline));
        if (!is_redirect(answer.response.head().status)) co_return answer;
        if (hop == kRedirectLimit) co_return base::fail(base::ErrorCode::unavailable, "redirect: more than 5 in a row");
        const std::string location(answer.response.head().headers.get("Location").value_or(""));
        CO_TRY(auto next, redirect_target(registry_, reach_, url, location));
        // Scheme, host and port: curl's CVE-2022-27774 forgot the port. It does not come back on the way back (CVE-2024-45336).
        if (next.origin != url.origin) head.headers.remove("Authorization");
        co_await drain(std::move(answer.response));
        url = std::move(next);
    }
}

std::string status_text(unsigned status) { return std::to_string(status) + " " + std::string(http::standard_reason(status)); }

// The exchange that this body belongs to may be without a deadline (a blob relay), so the reading gets one of its own: a byte every
// minute would keep the request waiting for days.
asio::awaitable<void> drain(http::ClientResponse response) {
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer timer(co_await asio::this_coro::executor, kDrainTime);
    co_await (read_to_end(response.body()) || wait(timer));
}

}  // namespace registry
