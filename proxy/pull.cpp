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
        auto fetched = co_await routed_.upstream.manifest(routed_.destination.repository, route_.reference, deadline);
        record_.stages.push_back(StageTime{"manifest", stopwatch_.elapsed()});
        if (!fetched) co_return co_await answer_unfetched(fetched.error());
        const auto* asked = route_.reference.digest();
        const auto seen = base::Digest::sha256_of(fetched->raw);
        if (asked != nullptr && !asked->matches(fetched->raw)) {
            co_return co_await refuse_bytes(asked, "the registry answered other bytes than this digest names");
        }
        const auto manifest = registry::Manifest::parse(fetched->content_type, std::move(fetched->raw));
        if (!manifest) co_return co_await refuse_bytes(&seen, manifest.error().message());
        if (!accepts(request().head().headers, manifest->media_type())) {
            ApiError unacceptable(ApiCode::manifest_unknown, "the manifest is a " + manifest->media_type() + ", which Accept does not name");
            co_return co_await request().fail(std::move(unacceptable));
        }
        co_return co_await decide_and_answer(*manifest, deadline);
    }

private:
    [[nodiscard]] Request& request() const { return routed_.request; }
    [[nodiscard]] const PolicyRule& rule() const { return request().shared.policies.rule_for(routed_.destination.canonical); }

    http::Async<void> decide_and_answer(const registry::Manifest& manifest, base::Deadline deadline) {
        Asked asked{routed_.destination.canonical, routed_.destination.repository, route_.reference};
        const Stopwatch deciding;
        const auto decision = co_await routed_.gatekeeper.decide(std::move(asked), manifest, deadline);
        record_.stages.push_back(StageTime{"decide", deciding.elapsed()});
        const bool unverified_reader = decision.verdict != Verdict::allowed && routed_.permits(ClientAction::read_unverified);
        write_decision(decision, &manifest.digest(), unverified_reader);
        if (decision.verdict == Verdict::allowed || unverified_reader) co_return co_await serve(manifest, "");
        const auto text = refusal_text(decision, image(&manifest.digest()), request().id);
        if (rule().mode == PolicyMode::audit) co_return co_await serve(manifest, text);
        co_return co_await refuse(decision, text);
    }

    // The bytes that were judged: asking the upstream again could return others.
    http::Async<void> serve(const registry::Manifest& manifest, std::string warning) {
        http::ResponseHead answer;
        const auto* asked = route_.reference.digest();
        const auto digest = asked != nullptr ? asked->to_string() : manifest.digest().to_string();
        answer.headers.set("Content-Type", manifest.media_type());
        answer.headers.set("Docker-Content-Digest", digest);
        answer.headers.set("Docker-Distribution-Api-Version", "registry/2.0");
        answer.headers.set("ETag", "\"" + digest + "\"");
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

    http::Async<void> answer_unfetched(const base::Error& error) {
        if (error.code() == base::ErrorCode::too_large || error.code() == base::ErrorCode::invalid_input ||
            error.code() == base::ErrorCode::unverified) {
            co_return co_await refuse_bytes(route_.reference.digest(), error.message());
        }
        co_return co_await request().fail_upstream(error, ApiCode::manifest_unknown);
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
    Stopwatch stopwatch_;
    DecisionRecord record_;
};

}  // namespace

http::Async<void> serve_manifest(RoutedRequest& routed, const registry::ManifestRoute& route) {
    ManifestPull pull(routed, route);
    co_return co_await pull.run();
}

}  // namespace proxy
