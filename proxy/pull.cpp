#include "proxy/pull.h"

#include <algorithm>
#include <chrono>

#include "proxy/accept.h"
#include "registry/api_error.h"

namespace proxy {
namespace {

using registry::ApiCode;
using registry::ApiError;
using namespace std::chrono_literals;

constexpr auto kPullTime = 25s;  // containerd gives up at 30 (oci-proxying 7.2)

struct Stopwatch {
    std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
    [[nodiscard]] std::chrono::nanoseconds elapsed() const { return std::chrono::steady_clock::now() - started; }
};

// One pull, from its route to its answer.
class ManifestPull {
public:
    ManifestPull(RoutedRequest& routed, const registry::ManifestRoute& route) : routed_(routed), route_(route) {}

    http::Async<void> run() {
        const auto deadline = base::Deadline::after(kPullTime);
        const auto fetched = co_await fetch(deadline);
        record_.stages.push_back(StageTime{"manifest", stopwatch_.elapsed()});
        if (!fetched) co_return co_await answer_unfetched(fetched.error());
        const auto& manifest = (*fetched)->manifest;
        if (!accepts(request().head().headers, manifest.media_type())) {
            ApiError unacceptable(ApiCode::manifest_unknown, "the manifest is a " + manifest.media_type() + ", which Accept does not name");
            co_return co_await request().fail(std::move(unacceptable));
        }
        co_return co_await decide_and_answer(*fetched, deadline);
    }

private:
    [[nodiscard]] Request& request() const { return routed_.request; }
    [[nodiscard]] const PolicyRule& rule() const { return request().shared.policies.rule_for(routed_.destination.canonical); }

    [[nodiscard]] Asked asked() const {
        return Asked{routed_.destination.canonical, routed_.destination.repository, route_.reference, begun_};
    }

    http::asio::awaitable<ManifestOutcome> fetch(base::Deadline deadline) {
        Manifests::Name name{routed_.destination.canonical, routed_.destination.repository};
        if (const auto* tag = route_.reference.tag()) co_return co_await routed_.manifests.by_tag(std::move(name), *tag, deadline);
        const auto& digest = *route_.reference.digest();
        // Evidence is filed under sha256; both questions can be asked at once only where the digest is known before the bytes.
        if (digest.algorithm() == base::HashAlgorithm::sha256) begun_ = routed_.gatekeeper.prepare(asked(), digest);
        co_return co_await routed_.manifests.by_digest(std::move(name), digest, deadline);
    }

    http::Async<void> decide_and_answer(const SharedManifest& cached, base::Deadline deadline) {
        const auto& manifest = cached->manifest;
        const Stopwatch deciding;
        const auto decision = co_await routed_.gatekeeper.decide(asked(), manifest, deadline);
        record_.stages.push_back(StageTime{"decide", deciding.elapsed()});
        const bool unverified_reader = decision.verdict != Verdict::allowed && routed_.permits(ClientAction::read_unverified);
        write_decision(decision, &manifest.digest(), unverified_reader);
        learn(cached);
        if (decision.verdict == Verdict::allowed || unverified_reader) co_return co_await serve(manifest, "");
        const auto text = refusal_text(decision, image(&manifest.digest()), request().id);
        if (rule().mode == PolicyMode::audit) co_return co_await serve(manifest, text);
        co_return co_await refuse(decision, text);
    }

    // The next pull of it may be answered at once.
    void learn(const SharedManifest& cached) const {
        if (route_.reference.tag() != nullptr || !routed_.permits(ClientAction::pull)) return;
        const auto& upstream = request().shared.config.upstreams[routed_.destination.upstream].registry;
        routed_.ready.learn(request().authority, request().head().target, cached, rule(), record_, upstream);
    }

    // The bytes that were judged: asking the upstream again could return others.
    http::Async<void> serve(const registry::Manifest& manifest, std::string warning) {
        const auto* asked = route_.reference.digest();
        auto answer = manifest_head(manifest.media_type(), asked != nullptr ? asked->to_string() : manifest.digest().to_string());
        // A tag's next resolution is judged anew, whatever stands between (oci-proxying 2.10).
        if (asked == nullptr) answer.headers.set("Cache-Control", "no-cache");
        if (!warning.empty()) {
            std::ranges::replace(warning, '"', '\'');
            std::ranges::replace(warning, '\\', '/');
            answer.headers.set("Warning", "299 - \"" + warning + "\"");
        }
        co_return co_await request().respond(std::move(answer), manifest.raw());
    }

    http::Async<void> refuse(const Decision& decision, const std::string& text) {
        if (decision.verdict == Verdict::undecided) {
            ApiError undecided(ApiCode::unavailable, 503, text);
            undecided.retry_after = retry_after(decision);
            co_return co_await request().fail(std::move(undecided), text);
        }
        // docker and containerd begin a push by this HEAD, and a 403 would keep them from pushing the repaired image
        // (oci-proxying 1.7). Both are refusals.
        if (request().is_head() && routed_.permits(ClientAction::push) && looks_like_a_pusher(request().head().headers)) {
            ApiError unknown(ApiCode::manifest_unknown, text);
            co_return co_await request().fail(std::move(unknown), text);
        }
        ApiError denied(ApiCode::denied, text);
        co_return co_await request().fail(std::move(denied), text);
    }

    // What was fetched is not what it claims to be: denied readably, and an incident for whoever runs the registry.
    // `digest` is null where no bytes came.
    http::Async<void> refuse_bytes(const base::Digest* digest, std::string reason) {
        Decision decision;
        decision.policy = rule().name;
        decision.reason = std::move(reason);
        const auto text = refusal_text(decision, image(digest), request().id);
        request().shared.log.warn("integrity: " + text);
        write_decision(decision, digest, false);
        ApiError denied(ApiCode::denied, text);
        co_return co_await request().fail(std::move(denied), text);
    }

    http::Async<void> answer_unfetched(const ManifestFault& fault) {
        const auto code = fault.error.code();
        if (code == base::ErrorCode::too_large || code == base::ErrorCode::invalid_input || code == base::ErrorCode::unverified) {
            co_return co_await refuse_bytes(fault.seen ? &*fault.seen : route_.reference.digest(), fault.error.message());
        }
        co_return co_await request().fail_upstream(fault.error, ApiCode::manifest_unknown);
    }

    [[nodiscard]] std::string image(const base::Digest* digest) const {
        if (digest != nullptr) return routed_.destination.canonical + "@" + digest->short_form();
        return routed_.destination.canonical + ":" + route_.reference.text();
    }

    void write_decision(Decision decision, const base::Digest* digest, bool served_unverified) {
        if (served_unverified) decision.reason += "; served all the same, by the right read-unverified";
        record_.time = request().shared.clock();
        record_.id = request().id;
        record_.op = request().head().method;
        record_.mode = rule().mode;
        record_.name = routed_.destination.canonical;
        if (const auto* tag = route_.reference.tag()) record_.tag = tag->text();
        if (digest != nullptr) record_.digest = digest->to_string();
        record_.decision = std::move(decision);
        request().shared.decisions.write(record_);
    }

    RoutedRequest& routed_;
    const registry::ManifestRoute& route_;
    Flights<Collected>::Ticket begun_;
    Stopwatch stopwatch_;
    DecisionRecord record_;
};

}  // namespace

http::Async<void> serve_manifest(RoutedRequest& routed, const registry::ManifestRoute& route) {
    ManifestPull pull(routed, route);
    co_return co_await pull.run();
}

}  // namespace proxy
