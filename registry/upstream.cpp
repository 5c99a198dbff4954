#include "registry/upstream.h"

#include <array>

#include "registry/link.h"
#include "registry/retry_after.h"
#include "registry/session.h"

namespace registry {
namespace {

constexpr int kReferrersPageLimit = 10;
constexpr std::size_t kReferrersLimit = 1000;
constexpr std::string_view kManifestAccept =
    "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, "
    "application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json";

constexpr std::array<std::string_view, 9> kForwarded{
    "Accept",   "Content-Type",       "Content-Range", "Range", "If-Range", "If-None-Match", "If-Modified-Since",
    "If-Match", "If-Unmodified-Since"};

// Identity only: digests are over the decoded bytes (oci-proxying 2.16).
http::RequestHead request(std::string_view method, std::string target) {
    http::RequestHead head;
    head.method = method;
    head.target = std::move(target);
    head.headers.set("Accept-Encoding", "identity");
    head.headers.set("User-Agent", "countersign");
    return head;
}

base::Error status_error(const http::ResponseHead& answer) {
    const auto text = "the registry answered " + status_text(answer.status);
    switch (answer.status) {
        case 401: return {base::ErrorCode::unauthorized, text};
        case 403: return {base::ErrorCode::denied, text};
        case 404: return {base::ErrorCode::not_found, text};
        default: return base::Error(base::ErrorCode::unavailable, text).with_retry_after(retry_after(answer.headers, base::system_now()));
    }
}

// Exactly one Content-Type: of two, clients would take different ones.
base::Result<std::string> content_type(const http::Headers& headers) {
    const auto values = headers.all("Content-Type");
    if (values.size() != 1) return base::fail(base::ErrorCode::invalid_input, "expected exactly one Content-Type");
    return std::string(values.front());
}

base::Result<void> check_encoding(const http::Headers& headers) {
    const auto coding = headers.joined("Content-Encoding");
    if (coding.empty() || http::names_equal(coding, "identity")) return {};
    return base::fail(base::ErrorCode::unavailable, "the registry encoded the content although identity was asked for");
}

std::string place(const RepositoryName& repository, const std::string& reference) {
    return repository.text() + (reference.find(':') == std::string::npos ? ":" : "@") + reference;
}

// What an upstream sent wrong is its failure, never the caller's input.
base::Error upstream_error(base::Error error, std::string_view operation) {
    const auto code = error.code() == base::ErrorCode::invalid_input ? base::ErrorCode::unavailable : error.code();
    return base::Error(code, error.message()).with_retry_after(error.retry_after()).with_context(operation);
}

}  // namespace

// Coroutines hold it: a request outlives the Upstream that it was made with.
struct Upstream::State {
    State(http::asio::io_context& io, http::asio::thread_pool& workers, std::shared_ptr<const UpstreamConfig> upstream_config,
          std::shared_ptr<TokenCache> token_cache)
        : config(std::move(upstream_config)),
          tokens(std::move(token_cache)),
          transport(io, workers, config->origin, config->reach, config->tls, config->client),
          session(transport, config->credentials, *tokens) {}

    std::shared_ptr<const UpstreamConfig> config;
    std::shared_ptr<TokenCache> tokens;
    Transport transport;
    Session session;

    using Shared = std::shared_ptr<State>;
    static http::Async<FetchedManifest> manifest(Shared self, RepositoryName repository, Reference reference, base::Deadline deadline);
    static http::Async<std::optional<base::Digest>> resolve(Shared self, RepositoryName repository, Tag tag, base::Deadline deadline);
    static http::Async<base::Bytes> blob(Shared self, RepositoryName repository, base::Digest digest, std::size_t limit,
                                         base::Deadline deadline);
    static http::Async<ReferrersPage> referrers(Shared self, RepositoryName repository, base::Digest subject, base::Deadline deadline);
    static http::Async<std::optional<Url>> referrers_page(Shared self, Url url, std::string scope, ReferrersPage& into,
                                                          base::Deadline deadline);
    static http::Async<http::ClientResponse> exchange(Shared self, http::RequestHead head, http::BodySource* body,
                                                      RepositoryName repository, Access access, base::Deadline deadline);
    static http::Async<http::ClientResponse> blob_stream(Shared self, std::string method, RepositoryName repository, base::Digest digest,
                                                         http::Headers range_headers, base::Deadline deadline);
    static http::Async<FetchedManifest> read_document(Shared self, http::RequestHead head, std::string scope, base::Deadline deadline);
};

// A GET whose answer is a JSON document with a content type, 4 MiB at most.
http::Async<FetchedManifest> Upstream::State::read_document(Shared self, http::RequestHead head, std::string scope,
                                                            base::Deadline deadline) {
    CO_TRY(auto answer, co_await self->session.send(std::move(head), nullptr, std::move(scope), Redirects::follow, deadline));
    const auto& answered = answer.response.head();
    if (answered.status != 200) {
        auto error = status_error(answered);
        co_await drain(std::move(answer.response));
        co_return std::unexpected(std::move(error));
    }
    CO_TRY_VOID(check_encoding(answered.headers));
    FetchedManifest result;
    CO_TRY(result.content_type, content_type(answered.headers));
    CO_TRY(result.raw, co_await http::read_all(answer.response.body(), kManifestLimit));
    co_return result;
}

http::Async<FetchedManifest> Upstream::State::manifest(Shared self, RepositoryName repository, Reference reference,
                                                       base::Deadline deadline) {
    auto scope = scope_of(repository, Access::pull);
    const auto operation = "manifest " + place(repository, reference.text());
    auto head = request("GET", canonical_target(ManifestRoute{std::move(repository), std::move(reference), {}}));
    head.headers.set("Accept", kManifestAccept);
    auto fetched = co_await read_document(std::move(self), std::move(head), std::move(scope), deadline);
    if (!fetched) co_return std::unexpected(upstream_error(std::move(fetched).error(), operation));
    co_return *std::move(fetched);
}

http::Async<std::optional<base::Digest>> Upstream::State::resolve(Shared self, RepositoryName repository, Tag tag,
                                                                  base::Deadline deadline) {
    auto scope = scope_of(repository, Access::pull);
    const auto operation = "tag " + place(repository, tag.text());
    auto head = request("HEAD", canonical_target(ManifestRoute{std::move(repository), Reference(std::move(tag)), {}}));
    head.headers.set("Accept", kManifestAccept);
    auto answer = co_await self->session.send(std::move(head), nullptr, std::move(scope), Redirects::follow, deadline);
    if (!answer) co_return std::unexpected(upstream_error(std::move(answer).error(), operation));
    const auto& answered = answer->response.head();
    if (answered.status == 405 || answered.status == 501) co_return std::nullopt;
    if (answered.status != 200) co_return std::unexpected(status_error(answered).with_context(operation));
    const auto named = answered.headers.all("Docker-Content-Digest");
    if (named.size() != 1) co_return std::nullopt;
    auto digest = base::Digest::parse(named.front());
    if (!digest) co_return std::nullopt;
    co_return *std::move(digest);
}

http::Async<base::Bytes> Upstream::State::blob(Shared self, RepositoryName repository, base::Digest digest, std::size_t limit,
                                               base::Deadline deadline) {
    const auto operation = "blob " + place(repository, digest.to_string());
    http::Headers none;
    auto response = co_await blob_stream(std::move(self), "GET", std::move(repository), digest, std::move(none), deadline);
    if (!response) co_return std::unexpected(std::move(response).error());
    if (response->head().status != 200) co_return std::unexpected(status_error(response->head()).with_context(operation));
    auto encoding = check_encoding(response->head().headers);
    if (!encoding) co_return std::unexpected(std::move(encoding).error().with_context(operation));
    auto content = co_await http::read_all(response->body(), limit);
    if (!content) co_return std::unexpected(upstream_error(std::move(content).error(), operation));
    if (!digest.matches(*content)) co_return base::fail(base::ErrorCode::unverified, operation + ": the bytes have another digest");
    co_return *std::move(content);
}

http::Async<ReferrersPage> Upstream::State::referrers(Shared self, RepositoryName repository, base::Digest subject,
                                                      base::Deadline deadline) {
    const auto scope = scope_of(repository, Access::pull);
    const auto operation = "referrers " + place(repository, subject.to_string());
    std::optional<Url> next = Url{self->config->origin, canonical_target(ReferrersRoute{std::move(repository), std::move(subject), {}})};
    ReferrersPage result;
    for (int page = 0; next && !result.truncated; ++page) {
        if (page == kReferrersPageLimit) {
            result.truncated = true;
            break;
        }
        auto following = co_await referrers_page(self, *std::move(next), scope, result, deadline);
        if (!following && page == 0 && following.error().code() == base::ErrorCode::not_found) co_return ReferrersPage();
        if (!following) co_return std::unexpected(upstream_error(std::move(following).error(), operation));
        next = *std::move(following);
    }
    co_return result;
}

// Adds one page to `into` and returns the next one's URL. The content type must be exactly the index type: other registries answer
// unknown paths with 200 and a page for people.
http::Async<std::optional<Url>> Upstream::State::referrers_page(Shared self, Url url, std::string scope, ReferrersPage& into,
                                                                base::Deadline deadline) {
    auto head = request("GET", url.target);
    head.headers.set("Accept", kOciIndex);
    CO_TRY(auto answer, co_await self->session.send(std::move(head), nullptr, std::move(scope), Redirects::follow, deadline));
    const auto& answered = answer.response.head();
    if (answered.status != 200) co_return std::unexpected(status_error(answered));
    CO_TRY_VOID(check_encoding(answered.headers));
    CO_TRY(const auto type, content_type(answered.headers));
    if (type != kOciIndex) co_return base::fail(base::ErrorCode::unavailable, "the listing is not an OCI index");
    CO_TRY(auto next, next_page(url, answered.headers));
    CO_TRY(auto raw, co_await http::read_all(answer.response.body(), kManifestLimit));
    CO_TRY(const auto index, Manifest::parse(type, std::move(raw)));
    into.supported = true;
    for (const auto& child : index.children()) {
        if (into.descriptors.size() == kReferrersLimit) {
            into.truncated = true;
            break;
        }
        into.descriptors.push_back(child);
    }
    co_return next;
}

http::Async<http::ClientResponse> Upstream::State::exchange(Shared self, http::RequestHead head, http::BodySource* body,
                                                            RepositoryName repository, Access access, base::Deadline deadline) {
    if (!head.target.starts_with("/v2/" + repository.text() + "/")) {
        co_return base::fail(base::ErrorCode::internal, "exchange: the target is not in " + repository.text());
    }
    auto outgoing = request(head.method, std::move(head.target));
    for (const auto name : kForwarded) {
        for (const auto value : head.headers.all(name)) outgoing.headers.add(name, value);
    }
    const bool reading = body == nullptr && (head.method == "GET" || head.method == "HEAD");
    const auto redirects = reading ? Redirects::follow : Redirects::hand_back;
    auto answer = co_await self->session.send(std::move(outgoing), body, scope_of(repository, access), redirects, deadline);
    if (!answer) co_return std::unexpected(upstream_error(std::move(answer).error(), head.method + " in " + repository.text()));
    co_return std::move(answer->response);
}

http::Async<http::ClientResponse> Upstream::State::blob_stream(Shared self, std::string method, RepositoryName repository,
                                                               base::Digest digest, http::Headers range_headers, base::Deadline deadline) {
    if (method != "GET" && method != "HEAD") co_return base::fail(base::ErrorCode::internal, "blob_stream: only GET and HEAD");
    auto scope = scope_of(repository, Access::pull);
    const auto operation = "blob " + place(repository, digest.to_string());
    auto head = request(method, canonical_target(BlobRoute{std::move(repository), std::move(digest)}));
    for (const auto* name : {"Range", "If-Range"}) {
        if (const auto value = range_headers.get(name)) head.headers.set(name, *value);
    }
    const auto redirects = self->config->follow_blob_redirects ? Redirects::follow : Redirects::hand_back;
    auto answer = co_await self->session.send(std::move(head), nullptr, std::move(scope), redirects, deadline);
    if (!answer) co_return std::unexpected(upstream_error(std::move(answer).error(), operation));
    co_return std::move(answer->response);
}

Upstream::Upstream(http::asio::io_context& io, http::asio::thread_pool& workers, std::shared_ptr<const UpstreamConfig> config,
                   std::shared_ptr<TokenCache> tokens)
    : state_(std::make_shared<State>(io, workers, std::move(config), std::move(tokens))) {}
Upstream::~Upstream() = default;

http::Async<FetchedManifest> Upstream::manifest(RepositoryName repository, Reference reference, base::Deadline deadline) {
    return State::manifest(state_, std::move(repository), std::move(reference), deadline);
}
http::Async<std::optional<base::Digest>> Upstream::resolve(RepositoryName repository, Tag tag, base::Deadline deadline) {
    return State::resolve(state_, std::move(repository), std::move(tag), deadline);
}
http::Async<base::Bytes> Upstream::blob(RepositoryName repository, base::Digest digest, std::size_t limit, base::Deadline deadline) {
    return State::blob(state_, std::move(repository), std::move(digest), limit, deadline);
}
http::Async<ReferrersPage> Upstream::referrers(RepositoryName repository, base::Digest subject, base::Deadline deadline) {
    return State::referrers(state_, std::move(repository), std::move(subject), deadline);
}
http::Async<http::ClientResponse> Upstream::exchange(http::RequestHead head, http::BodySource* body, RepositoryName repository, bool push,
                                                     base::Deadline deadline) {
    // Deleting is a right of its own, which a token to push does not contain, nor the other way round.
    const auto writing = head.method == "DELETE" ? Access::remove : Access::push;
    const auto access = push ? writing : Access::pull;
    return State::exchange(state_, std::move(head), body, std::move(repository), access, deadline);
}
http::Async<http::ClientResponse> Upstream::blob_stream(std::string method, RepositoryName repository, base::Digest digest,
                                                        http::Headers range_headers, base::Deadline deadline) {
    return State::blob_stream(state_, std::move(method), std::move(repository), std::move(digest), std::move(range_headers), deadline);
}
const http::Origin& Upstream::origin() const { return state_->config->origin; }

}  // namespace registry
