#include "proxy/blobs.h"

#include <algorithm>
#include <cstring>

#include "http/offload.h"
#include "proxy/answer_headers.h"
#include "proxy/inert.h"

namespace proxy {
namespace {

using registry::ApiCode;
using registry::ApiError;

// The largest document that a client takes for a manifest (containerd; oci-proxying 1.2). Larger ones cannot be manifests.
constexpr std::uint64_t kLargestManifest = 4'393'216;
constexpr std::size_t kPeekSize = 16 * 1024;

// What was already read of a body, then the rest of it.
class PrefixedBody final : public http::BodySource {
public:
    PrefixedBody(base::Bytes prefix, http::BodySource& rest) : prefix_(std::move(prefix)), rest_(rest) {}

    http::Async<std::size_t> read(std::span<std::uint8_t> into) override {
        if (position_ == prefix_.size()) co_return co_await rest_.read(into);
        const auto count = std::min(into.size(), prefix_.size() - position_);
        std::memcpy(into.data(), prefix_.data() + position_, count);
        position_ += count;
        co_return count;
    }
    [[nodiscard]] std::optional<std::uint64_t> length() const override { return rest_.length(); }
    [[nodiscard]] std::optional<Unread> unread() override {
        if (position_ < prefix_.size()) return std::nullopt;
        return rest_.unread();
    }
    void took(std::uint64_t count) override { rest_.took(count); }
    [[nodiscard]] base::Error failed(base::Error error) override { return rest_.failed(std::move(error)); }

private:
    base::Bytes prefix_;
    std::size_t position_ = 0;
    http::BodySource& rest_;
};

// Reads into `content` until it holds `wanted` bytes; true when the body ended first. A body of known length gets no more room than that.
http::Async<bool> read_up_to(http::BodySource& body, std::size_t wanted, base::Bytes& content) {
    const auto length = body.length().value_or(wanted);
    while (content.size() < wanted) {
        const auto used = content.size();
        if (used == length) co_return true;
        content.resize(std::min({wanted, used + kPeekSize, static_cast<std::size_t>(std::min<std::uint64_t>(length, wanted))}));
        const auto count = co_await body.read(std::span(content).subspan(used));
        content.resize(used + count.value_or(0));
        if (!count) co_return std::unexpected(count.error());
        if (*count == 0) co_return true;
    }
    co_return false;
}

// Blank bytes may stand before the brace; a body of blanks only has to be read on.
bool may_begin_object(base::BytesView start) {
    const auto text = base::as_text(start);
    const auto first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    return first == std::string_view::npos || text[first] == '{';
}

using Look = bool (*)(base::BytesView);

// RFC 9110 section 14.4: "bytes 5-9/20" begins later than the first byte. What does not say so clearly is looked at as a whole.
bool begins_later(const http::ResponseHead& answer) {
    const auto range = answer.status == 206 ? answer.headers.get("content-range") : std::nullopt;
    constexpr std::string_view kUnit = "bytes ";
    if (!range || !range->starts_with(kUnit)) return false;
    const auto first = range->substr(kUnit.size());
    return !first.empty() && first.front() >= '1' && first.front() <= '9';
}

// Reads as much of the body as it takes to know whether it is a manifest; what was read stays in `content`.
http::Async<bool> is_manifest(http::BodySource& body, base::Bytes& content, http::asio::thread_pool& workers, Look look) {
    CO_TRY(bool ended, co_await read_up_to(body, kPeekSize, content));
    if (!may_begin_object(content)) co_return false;
    if (!ended) {
        CO_TRY(ended, co_await read_up_to(body, kLargestManifest + 1, content));
    }
    if (!ended || content.size() > kLargestManifest) co_return false;
    auto job = [&content, look] { return look(content); };
    co_return co_await http::offload(workers, std::move(job));
}

bool is_encoded(const http::ResponseHead& answer) {
    const auto encoding = answer.headers.get("content-encoding");
    return encoding && !encoding->empty() && !http::names_equal(*encoding, "identity");
}

// The registry's own claims about a blob (its length, a range's total) prove nothing: a hostile one calls a manifest large to have it
// passed unread. So the beginning of every blob is looked at, with a request of the gate's own where the client's would not show it.
class BlobPull {
public:
    BlobPull(RoutedRequest& routed, const registry::BlobRoute& route) : routed_(routed), route_(route) {}

    http::Async<void> run() {
        auto& request = routed_.request;
        auto ranges = range_headers(request.head().headers);
        const bool in_ranges = ranges.get("range").has_value();
        if (in_ranges || request.is_head()) {
            http::Headers none;
            auto whole = co_await fetch("GET", std::move(none));
            if (!whole) co_return co_await request.fail_upstream(whole.error(), ApiCode::blob_unknown);
            if (whole->head().status != 200) co_return co_await refuse_status(*whole);
            co_return co_await serve_looked_at(*whole, std::move(ranges));
        }
        auto answer = co_await fetch("GET", std::move(ranges));
        if (!answer) co_return co_await request.fail_upstream(answer.error(), ApiCode::blob_unknown);
        if (answer->head().status != 200) co_return co_await refuse_status(*answer);
        co_return co_await serve_looked_at(*answer, http::Headers());
    }

private:
    http::Async<http::ClientResponse> fetch(std::string method, http::Headers headers) {
        // No deadline: a blob may take hours. Silence ends it, by the idle time-outs of both connections.
        co_return co_await routed_.upstream.blob_stream(std::move(method), routed_.destination.repository, route_.digest,
                                                        std::move(headers), base::Deadline::never());
    }

    http::Async<void> refuse_status(http::ClientResponse& answer) {
        if (answer.head().status != 416) co_return co_await routed_.request.pass_refusal(answer, ApiCode::blob_unknown);
        http::ResponseHead unsatisfiable;
        unsatisfiable.status = 416;
        unsatisfiable.headers = blob_headers(answer.head().headers, route_.digest);
        co_return co_await routed_.request.respond(std::move(unsatisfiable), base::BytesView());
    }

    // `whole` is a 200 of the whole blob. It is read until it is known to be no manifest; then it, or the ranges asked for, are served.
    http::Async<void> serve_looked_at(http::ClientResponse& whole, http::Headers ranges) {
        if (is_encoded(whole.head())) co_return co_await refuse_encoded();
        base::Bytes start;
        const auto manifest = co_await is_manifest(whole.body(), start, routed_.workers, reads_as_manifest);
        if (!manifest) co_return co_await routed_.request.fail_upstream(manifest.error(), ApiCode::blob_unknown);
        if (*manifest) co_return co_await refuse_manifest();
        const auto length = whole.body().length();
        // A range of something that begins like an object could still be the rest of one: the whole in place of a range is always a
        // legal answer (RFC 9110 section 14.2), and so cheap that small blobs are answered so too.
        const bool large = length && *length > kLargestManifest && !may_begin_object(start);
        if (ranges.get("range") && large && !routed_.request.is_head()) co_return co_await serve_ranges(std::move(ranges));
        PrefixedBody body(std::move(start), whole.body());
        co_return co_await relay(whole, body);
    }

    http::Async<void> serve_ranges(http::Headers ranges) {
        auto answer = co_await fetch("GET", std::move(ranges));
        if (!answer) co_return co_await routed_.request.fail_upstream(answer.error(), ApiCode::blob_unknown);
        const auto status = answer->head().status;
        if (status != 200 && status != 206) co_return co_await refuse_status(*answer);
        if (is_encoded(answer->head())) co_return co_await refuse_encoded();
        // The same look at what comes now: the answer before may have been another.
        base::Bytes start;
        const Look look = begins_later(answer->head()) ? piece_reads_as_manifest : reads_as_manifest;
        const auto manifest = co_await is_manifest(answer->body(), start, routed_.workers, look);
        if (!manifest) co_return co_await routed_.request.fail_upstream(manifest.error(), ApiCode::blob_unknown);
        if (*manifest) co_return co_await refuse_manifest();
        PrefixedBody body(std::move(start), answer->body());
        co_return co_await relay(*answer, body);
    }

    http::Async<void> relay(http::ClientResponse& answer, http::BodySource& body) {
        http::ResponseHead head;
        head.status = answer.head().status;
        head.headers = blob_headers(answer.head().headers, route_.digest);
        if (routed_.request.is_head()) co_return co_await routed_.request.respond_head(std::move(head), body.length());
        co_return co_await routed_.request.respond_stream(std::move(head), body);
    }

    // Only identity was asked for. A content coding would hide a manifest from us that the client's HTTP library unpacks (2.16).
    http::Async<void> refuse_encoded() {
        ApiError refused(ApiCode::denied, "the upstream registry encoded the blob although identity was asked for");
        co_return co_await routed_.request.fail(std::move(refused));
    }

    http::Async<void> refuse_manifest() {
        const auto text = "countersign: " + routed_.destination.canonical + "@" + route_.digest.short_form() +
                          " is a manifest and cannot be fetched as a blob";
        routed_.request.shared.log.warn(text);
        ApiError denied(ApiCode::denied, text);
        co_return co_await routed_.request.fail(std::move(denied), text);
    }

    RoutedRequest& routed_;
    const registry::BlobRoute& route_;
};

}  // namespace

http::Async<void> serve_blob(RoutedRequest& routed, const registry::BlobRoute& route) {
    BlobPull pull(routed, route);
    co_return co_await pull.run();
}

}  // namespace proxy
